import type { ReactNode } from "react";

interface CentredProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A page without header and menu, for one message or form, such as the sign-in. */
export function Centred({ title, children }: CentredProps) {
  return (
    <main className="mx-auto grid min-h-dvh max-w-md content-center gap-6 p-4">
      <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
      <div className="leading-relaxed break-words">{children}</div>
    </main>
  );
}
