import type { Metadata } from "next";
import "./app.css";

export const metadata: Metadata = { title: "Easel" };

const Layout = ({ children }: LayoutProps<"/">) => (
  <html lang="en">
    <body>{children}</body>
  </html>
);

export default Layout;
