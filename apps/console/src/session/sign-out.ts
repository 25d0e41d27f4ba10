/** Signs out, and marks the session, so that it differs from a session that ended by itself. */
import type { SignedIn } from "./context.tsx";
import { readStored, store } from "./storage.ts";

const keyOf = (url: string) => `farthing-console signed out ${url}`;

/**
 * Signs out in all tabs, and stores a mark with the session's id. A tab that finds this mark
 * removes its pages. After any other end of the session, the pages stay.
 */
export function signOut({ auth, project, person }: SignedIn): void {
  store("localStorage", keyOf(project.url), person.sessionId);
  void auth.signOut({ scope: "local" });
}

/** Whether the user of this session has signed out, in this tab or in another one. */
export const hasSignedOut = (url: string, sessionId: string): boolean =>
  readStored("localStorage", keyOf(url)) === sessionId;

/**
 * Calls `then` with the session's id when another tab stores the mark of a sign-out. A browser may
 * report the end of the session to this tab before this tab can read the mark.
 */
export function onSignOutElsewhere(url: string, then: (sessionId: string) => void): () => void {
  const listener = ({ key, newValue }: StorageEvent) => {
    if (key === keyOf(url) && newValue !== null) then(newValue);
  };
  addEventListener("storage", listener);
  return () => removeEventListener("storage", listener);
}
