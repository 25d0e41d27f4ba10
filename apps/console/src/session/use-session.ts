import { useEffect, useState } from "react";
import type { Session } from "@supabase/auth-js";
import type { Project } from "../check-project.ts";
import type { Auth } from "./auth.ts";
import { hasSignedOut, onSignOutElsewhere } from "./sign-out.ts";

/**
 * Whether the session has a second factor. `none`: the user has enrolled none. `due`: the user has
 * enrolled one, and must enter its code. `verified`: the user has entered the code.
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

export interface SessionState {
  /** Undefined until the session is known, null if nobody is signed in. */
  readonly person: Person | null | undefined;
  /** Whether the person's session has ended by itself. The pages stay until somebody signs in. */
  readonly hasEnded: boolean;
}

/**
 * Whether the user is an operator. This only decides which pages are shown: the service itself
 * checks the role in every request.
 */
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

function stateAfter(last: SessionState, next: Person | null, url: string): SessionState {
  if (next !== null) return { person: next, hasEnded: false };
  const hasEnded = !!last.person && !hasSignedOut(url, last.person.sessionId);
  return { person: hasEnded ? last.person : null, hasEnded };
}

const isSame = (one: SessionState, other: SessionState): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Follows the session, also when another tab signs out or in. */
export function useSession(auth: Auth, { url }: Project): SessionState {
  const [state, setState] = useState<SessionState>({ person: undefined, hasEnded: false });
  useEffect(() => {
    const { data } = auth.onAuthStateChange((_, session) => {
      const person = session === null ? null : personOf(session);
      setState((last) => {
        const next = stateAfter(last, person, url);
        // A refreshed token does not change the person, so nothing is drawn again.
        return isSame(last, next) ? last : next;
      });
    });
    return () => data.subscription.unsubscribe();
  }, [auth, url]);
  useEffect(
    () =>
      onSignOutElsewhere(
        url,
        (sessionId) =>
          setState((last) =>
            last.person?.sessionId === sessionId ? { person: null, hasEnded: false } : last
          ),
      ),
    [url],
  );
  return state;
}
