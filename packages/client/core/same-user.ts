/** Ensures that only the user who began a call continues it. */
import { FarthingError } from "./farthing-error.ts";
import { userOf } from "./jwt-claims.ts";

/**
 * The user whom the caller named, or whose token was sent first. Only this user may continue the
 * call.
 */
export interface Pin {
  user: string | undefined;
}

/**
 * Refuses to continue a call with the token of a user who did not begin the call, because that user
 * would be charged.
 * @throws FarthingError `session_changed`
 */
export function needSameUser(pin: Pin, credentials: Record<string, string>): void {
  const user = userOf(credentials);
  const expected = pin.user ??= user;
  if (user === undefined || expected === user) return;
  const message =
    `The call is for user ${expected}, but another user has signed in. Make a new call.`;
  const facts = { code: "session_changed", message, status: 0, retryable: false } as const;
  throw new FarthingError(facts);
}
