import { lazy, type ReactNode, Suspense, useState } from "react";
import { useSignedIn } from "../session/context.tsx";
import { Centred } from "./centred.tsx";

const AfterSignIn = lazy(async () => ({
  default: (await import("./after-sign-in.tsx")).AfterSignIn,
}));

const ASKED = "farthing-console asked for the second factor";

/** Shows the pages, after an operator with a second factor was asked for it once in each session. */
export function Gate({ children }: { readonly children: ReactNode }) {
  const { person: { isOperator, sessionId, secondFactor } } = useSignedIn();
  const [asked, setAsked] = useState(() => sessionStorage.getItem(ASKED));
  if (!isOperator || secondFactor !== "due" || asked === sessionId) return children;
  const onDone = () => {
    sessionStorage.setItem(ASKED, sessionId);
    setAsked(sessionId);
  };
  return (
    <Suspense fallback={<Centred title="Second factor">Loading…</Centred>}>
      <AfterSignIn onDone={onDone} />
    </Suspense>
  );
}
