/** Renders elements inside FarthingProvider, in React's strict mode and without a browser. */
import { GlobalWindow } from "happy-dom";
import { createElement, type ReactElement, StrictMode } from "react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { Farthing } from "@farthing/client";
import { FarthingProvider } from "@farthing/react";

const window = new GlobalWindow({ url: "https://app.test/" });
for (const name of ["document", "window", "location", "history", "HTMLElement", "Node"] as const) {
  const value = name === "window" ? window : window[name];
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
}

// Testing Library looks for `document` during its import, so `document` must be defined before the
// import.
const { cleanup, fireEvent, render, waitFor } = await import("@testing-library/react");

/** The longest wait for a text. A job is polled after 2, 4 and then 8 seconds. */
const TIMEOUT_MS = 60_000;

export interface ReactPage {
  readonly text: () => string;
  /** Waits for a text, and returns it. */
  readonly sees: (text: string | RegExp) => Promise<string>;
  readonly press: (button: string) => void;
  /** Waits for a button, and presses it. */
  readonly presses: (button: string) => Promise<void>;
  readonly close: () => void;
}

interface Given {
  readonly farthing: Farthing;
  readonly userId: string | null;
}

/** Returns an element's text. Deno's types have no DOM, so the element's type is unknown. */
const textOf = (element: unknown) => (element as { textContent: string | null }).textContent ?? "";

export function openPage(elements: ReactElement, { farthing, userId }: Given): ReactPage {
  const queries = new QueryClient();
  const within = createElement(FarthingProvider, { farthing, userId, children: elements });
  const page = render(
    createElement(
      StrictMode,
      null,
      createElement(QueryClientProvider, { client: queries }, within),
    ),
  );
  const press = (name: string) => {
    fireEvent.click(page.getByRole("button", { name }));
  };
  return {
    text: () => textOf(page.container),
    sees: (text) => waitFor(() => textOf(page.getByText(text)), { timeout: TIMEOUT_MS }),
    press,
    presses: (name) => waitFor(() => press(name), { timeout: TIMEOUT_MS }),
    close: () => {
      queries.clear();
      cleanup();
    },
  };
}
