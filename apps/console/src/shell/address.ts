/**
 * The page's address and its query, both behind the `#`: `#/events?state=dead`. A static host needs
 * no rules for such addresses. The part before the `#` is free for the URLs to which Stripe sends
 * buyers back.
 */
import { useSyncExternalStore } from "react";

function subscribe(onChange: () => void): () => void {
  addEventListener("hashchange", onChange);
  return () => removeEventListener("hashchange", onChange);
}

const parts = (): string[] => `/${location.hash.replace(/^#?\/?/, "")}`.split("?");
const path = () => parts()[0] ?? "/";
const search = () => parts()[1] ?? "";

interface NavigateOptions {
  readonly replace?: boolean;
  readonly state?: unknown;
}

function navigate(to: string, { replace = false, state = null }: NavigateOptions = {}): void {
  history[replace ? "replaceState" : "pushState"](state, "", `#${to}`);
  dispatchEvent(new HashChangeEvent("hashchange")); // `pushState` and `replaceState` send no event.
}

/** The hook from which wouter's router gets the path. */
export function useHashPath(): [path: string, navigate: typeof navigate] {
  return [useSyncExternalStore(subscribe, path), navigate];
}
useHashPath.hrefs = (href: string) => `#${href}`;

/** The hook from which wouter's router gets the query. */
export const useHashSearch = (): string => useSyncExternalStore(subscribe, search);
