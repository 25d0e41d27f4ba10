import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { ProjectError } from "./check-project.ts";
import { readProject } from "./read-project.ts";
import { Centred } from "./shell/centred.tsx";
import { ErrorBoundary } from "./shell/error-boundary.tsx";
import "./console.css";

const root = createRoot(document.querySelector("#root")!);
const show = (page: ReactNode) =>
  root.render(
    <StrictMode>
      <ErrorBoundary>{page}</ErrorBoundary>
    </StrictMode>,
  );

try {
  show(<App project={await readProject()} />);
} catch (error) {
  if (!(error instanceof ProjectError)) throw error;
  show(<Centred title="This console has no project yet">{error.message}</Centred>);
}
