import { useEffect, useState } from "react";
import type { Session } from "@supabase/auth-js";
import type { Auth } from "./auth.ts";

/** The person who uses the console. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly isOperator: boolean;
}

/** Undefined until the session is known, null if nobody is signed in. */
export type SessionState = Person | null | undefined;

/** Only shows and hides pages: the service checks the role of every request by itself. */
const isOperator = ({ user }: Session) => user.app_metadata["role"] === "operator";

const personOf = (session: Session): Person => ({
  userId: session.user.id,
  email: session.user.email ?? "",
  isOperator: isOperator(session),
});

function isSame(one: SessionState, other: SessionState): boolean {
  return one?.userId === other?.userId && one?.isOperator === other?.isOperator &&
    one?.email === other?.email && (one === null) === (other === null);
}

/** Follows the session, also when another tab signs out or in. */
export function useSession(auth: Auth): SessionState {
  const [person, setPerson] = useState<SessionState>();
  useEffect(() => {
    const { data } = auth.onAuthStateChange((_, session) => {
      const next = session === null ? null : personOf(session);
      // A refreshed token is no change of the person, so nothing is drawn again.
      setPerson((last) => isSame(last, next) ? last : next);
    });
    return () => data.subscription.unsubscribe();
  }, [auth]);
  return person;
}
