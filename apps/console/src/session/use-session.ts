import { useEffect, useState } from "react";
import type { Session } from "@supabase/auth-js";
import type { Auth } from "./auth.ts";

/**
 * Whether the session has a second factor: `none` has been enrolled, it has been `verified`, or it has
 * been enrolled and a code is `due`.
 */
export type SecondFactor = "none" | "due" | "verified";

/** The person who uses the console. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly isOperator: boolean;
  /** Changes with each sign-in. */
  readonly sessionId: string;
  readonly secondFactor: SecondFactor;
}

/** Undefined until the session is known, null if nobody is signed in. */
export type SessionState = Person | null | undefined;

/** Only shows and hides pages: the service checks the role of every request by itself. */
const isOperator = ({ user }: Session) => user.app_metadata["role"] === "operator";

/** The claims of a token, unverified: they only choose what is shown. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const [, payload = ""] = token.split(".");
    return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return {};
  }
}

function secondFactorOf({ user }: Session, aal: unknown): SecondFactor {
  if (aal === "aal2") return "verified";
  const isEnrolled = user.factors?.some(({ factor_type, status }) =>
    factor_type === "totp" && status === "verified"
  );
  return isEnrolled ? "due" : "none";
}

function personOf(session: Session): Person {
  const { aal, session_id } = claimsOf(session.access_token);
  return {
    userId: session.user.id,
    email: session.user.email ?? "",
    isOperator: isOperator(session),
    sessionId: String(session_id),
    secondFactor: secondFactorOf(session, aal),
  };
}

const isSame = (one: SessionState, other: SessionState): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

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
