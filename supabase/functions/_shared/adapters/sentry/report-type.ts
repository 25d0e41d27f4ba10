/**
 * The type of a function that reports failures. sentry.ts sends the reports. The failures are also
 * logged.
 */
import type { ApiError } from "../../core/errors.ts";
import type { RequestContext } from "../../core/current-request.ts";

/**
 * The request in which a failure happened. Sentry receives only the ids and the title, and nothing
 * of the body or the caller.
 */
export interface FailureContext {
  readonly context: RequestContext;
  /** The route's method and path pattern, such as `POST /usage`; null if no route was found. */
  readonly title: string | null;
}

/** Reports a failure. Returns at once, and neither throws nor rejects. */
export type Report = (error: ApiError, about: FailureContext) => void;

/** Reports nothing: failures are only logged. */
export const NO_REPORT: Report = () => {};
