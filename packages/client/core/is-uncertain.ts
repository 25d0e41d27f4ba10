/** Whether a change may have been made although its call failed. */
import type { FarthingError } from "./farthing-error.ts";

/**
 * The codes of errors that do not say whether the change was made. One of them is
 * `upstream_unavailable`: its cause may be that the connection to the database broke during the
 * commit, or that Stripe did not respond.
 */
const UNCLEAR: readonly string[] = [
  ...["internal", "request_timeout", "idempotency_in_progress", "upstream_unavailable"],
];
/** The statuses of refusals that are sent before the service has looked up the Idempotency-Key. */
const BEFORE_THE_KEY: readonly number[] = [401, 403, 408, 429];

/**
 * Returns whether the change may have been made, given the error of the last attempt. A refused
 * attempt did not make the change, but an earlier attempt may have made it. If the service looked
 * up the Idempotency-Key before it refused the last attempt, no earlier attempt made the change:
 * otherwise the service would have replayed the response of that attempt.
 */
export function isUncertain({ code, status }: FarthingError, wasUncertain: boolean): boolean {
  const isRefused = status >= 400 && status < 500;
  if (UNCLEAR.includes(code)) return true;
  if (code === "invalid_response" || status === 0) return !isRefused || wasUncertain;
  return wasUncertain && (!isRefused || BEFORE_THE_KEY.includes(status));
}
