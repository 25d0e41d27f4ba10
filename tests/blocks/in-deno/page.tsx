/** Renders a block inside FarthingProvider, in React's strict mode and without a browser. */
import { GlobalWindow } from "happy-dom";
import { type ReactNode, StrictMode } from "react";
import type { Farthing } from "@farthing/client";
import { FarthingProvider } from "@farthing/react";

const window = new GlobalWindow({ url: "https://app.test/" });
const globals = [
  "document",
  "window",
  "location",
  "HTMLElement",
  "Node",
  "FormData",
  "sessionStorage",
] as const;
for (const name of globals) {
  const value = name === "window" ? window : window[name];
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
}
Object.defineProperty(globalThis, "IS_REACT_ACT_ENVIRONMENT", { value: true, writable: true });

// Testing Library looks for `document` when it is loaded, so it is imported only after `document`
// is defined.
const { act, cleanup, fireEvent, render, waitFor } = await import("@testing-library/react");
export { act, fireEvent, waitFor };

/** The client's functions that a test needs. */
type Fakes = { [Name in keyof Farthing]?: Partial<Farthing[Name]> };

interface Given {
  readonly farthing?: Fakes;
  readonly userId?: string | null;
}

/** Runs `use` with the block, and removes it afterwards. */
export async function withBlock(
  block: ReactNode,
  { farthing = {}, userId = "user-1" }: Given,
  use: (page: ReturnType<typeof render>) => Promise<void>,
): Promise<void> {
  try {
    await use(render(
      <StrictMode>
        <FarthingProvider farthing={farthing as Farthing} userId={userId}>{block}</FarthingProvider>
      </StrictMode>,
    ));
  } finally {
    cleanup();
  }
}
