/** A page without a browser: renders a hook below the provider, in React's strict mode. */
import { GlobalWindow } from "happy-dom";
import { type ReactNode, StrictMode } from "react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { Farthing } from "@farthing/client";
import { FarthingProvider } from "../core/context.tsx";

const window = new GlobalWindow({ url: "https://app.test/shop" });
for (const name of ["document", "window", "location", "history", "HTMLElement", "Node"] as const) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    writable: true,
    value: name === "window" ? window : window[name],
  });
}
Object.defineProperty(globalThis, "IS_REACT_ACT_ENVIRONMENT", { value: true, writable: true });

// Testing Library looks for `document` when it is loaded.
const { cleanup, renderHook, waitFor, act } = await import("@testing-library/react");
export { act, waitFor };

/** The functions of the client that a test needs. */
type Fakes = { [Name in keyof Farthing]?: Partial<Farthing[Name]> };

export const fake = (fakes: Fakes): Farthing => fakes as Farthing;

interface Given {
  readonly farthing: Farthing;
  readonly userId?: string | null | undefined;
}

/** Runs `use` with what the hook returns, and removes the page afterwards. */
export async function withHook<Result>(
  hook: () => Result,
  { farthing, ...given }: Given,
  use: (
    page: { current: () => Result; show: (userId: string | null) => void; queries: QueryClient },
  ) => Promise<void>,
): Promise<void> {
  const queries = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } });
  let userId = "userId" in given ? given.userId : "user-1";
  const wrapper = ({ children }: { children: ReactNode }) => (
    <StrictMode>
      <QueryClientProvider client={queries}>
        <FarthingProvider farthing={farthing} userId={userId}>{children}</FarthingProvider>
      </QueryClientProvider>
    </StrictMode>
  );
  const { result, rerender } = renderHook(hook, { wrapper });
  const show = (next: string | null) => {
    userId = next;
    rerender();
  };
  try {
    await use({ current: () => result.current, show, queries });
  } finally {
    cleanup();
    queries.clear();
  }
}

/** Opens another address, as the buyer's return does. */
export function visit(address: string): void {
  window.happyDOM.setURL(address);
}
