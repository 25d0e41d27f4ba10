/** A page without a browser: renders a hook in `FarthingProvider`, in React's strict mode. */
import { GlobalWindow } from "happy-dom";
import { type ReactNode, StrictMode } from "react";
import { environmentManager, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { Farthing } from "@farthing/client";
import { FarthingProvider } from "../core/provider.tsx";

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
const { cleanup, render, renderHook, waitFor, act, fireEvent } = await import(
  "@testing-library/react"
);
export { act, cleanup, fireEvent, render, waitFor };

/** The functions of the client that a test needs. */
type Fakes = { [Name in keyof Farthing]?: Partial<Farthing[Name]> };

export const fake = (fakes: Fakes): Farthing => fakes as Farthing;

interface Given {
  readonly farthing: Farthing;
  readonly userId?: string | null | undefined;
  /** The app's query client. Pass the same one to open a second page of the app. */
  readonly queries?: QueryClient;
}

/** Makes a query client that never removes old data: a timer for that would outlive the test. */
export const newQueries = () =>
  new QueryClient({
    defaultOptions: { queries: { gcTime: Infinity }, mutations: { gcTime: Infinity } },
  });

interface HookPage<Result> {
  readonly current: () => Result;
  /** Renders the page for another user; undefined means that the session is not known yet. */
  readonly show: (userId: string | null | undefined) => void;
  readonly queries: QueryClient;
}

function providersOf(farthing: Farthing, queries: QueryClient, userId: () => Given["userId"]) {
  return ({ children }: { children: ReactNode }) => (
    <StrictMode>
      <QueryClientProvider client={queries}>
        <FarthingProvider farthing={farthing} userId={userId()}>{children}</FarthingProvider>
      </QueryClientProvider>
    </StrictMode>
  );
}

/** Runs `use`, and removes the page afterwards. */
async function inBrowser(use: () => Promise<void>): Promise<void> {
  // Under Deno, TanStack Query assumes that it runs on a server, where it ignores
  // `refetchInterval`.
  environmentManager.setIsServer(() => false);
  try {
    await use();
  } finally {
    cleanup();
    environmentManager.setIsServer(() => true);
  }
}

/** Runs `use` with what the hook returns, and removes the page afterwards. */
export async function withHook<Result>(
  hook: () => Result,
  { farthing, queries = newQueries(), ...given }: Given,
  use: (page: HookPage<Result>) => Promise<void>,
): Promise<void> {
  let userId = "userId" in given ? given.userId : "user-1";
  await inBrowser(async () => {
    const { result, rerender } = renderHook(hook, {
      wrapper: providersOf(farthing, queries, () => userId),
    });
    const show = (next: string | null | undefined) => {
      userId = next;
      rerender();
    };
    await use({ current: () => result.current, show, queries });
  });
}

/** Runs `use` with the elements, and removes them afterwards. */
export async function withElements(
  elements: ReactNode,
  farthing: Farthing,
  use: (page: ReturnType<typeof render>) => Promise<void>,
): Promise<void> {
  const wrapper = providersOf(farthing, newQueries(), () => "user-1");
  await inBrowser(() => use(render(elements, { wrapper })));
}

/** Opens another address, as the browser does when the buyer returns from Stripe's page. */
export function visit(address: string): void {
  window.happyDOM.setURL(address);
}
