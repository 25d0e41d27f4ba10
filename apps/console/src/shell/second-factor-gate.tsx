import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useSignedIn } from "../session/context.tsx";
import { readStored, store } from "../session/storage.ts";
import { Centred } from "./centred.tsx";

const SecondFactorAfterSignIn = lazy(async () => ({
  default: (await import("./second-factor-after-sign-in.tsx")).SecondFactorAfterSignIn,
}));

/**
 * Shows the pages. An operator with a second factor is first asked for a code, once in each
 * session. This is decided when the pages open: a later change of the session never hides the
 * pages.
 */
export function SecondFactorGate({ children }: { readonly children: ReactNode }) {
  const { project, person: { isOperator, sessionId, secondFactor } } = useSignedIn();
  const key = `farthing-console opened in session ${project.url}`;
  const [isAsking, setAsking] = useState(() =>
    // The id of the session that has passed this gate is stored in localStorage, which all tabs
    // share. So the user is not asked again when a link opens another tab.
    isOperator && secondFactor === "due" && readStored("localStorage", key) !== sessionId
  );
  if (isAsking && secondFactor !== "due") setAsking(false);
  useEffect(() => {
    if (!isAsking) store("localStorage", key, sessionId);
  }, [isAsking, key, sessionId]);
  if (!isAsking) return children;
  return (
    <Suspense fallback={<Centred title="Second factor">Loading…</Centred>}>
      <SecondFactorAfterSignIn onDone={() => setAsking(false)} />
    </Suspense>
  );
}
