/** The interface of failure reports to Sentry, which are sent in addition to the log. */
import type { ApiError } from "../../core/errors.ts";
import type { RequestContext } from "../../core/current-request.ts";

/**
 * The part of a request that is sent to Sentry. It contains nothing of the body, the headers or the caller.
 */
export interface FailureContext {
  readonly context: RequestContext;
  /** Method and pattern, such as `POST /usage`; null if no route was found. */
  readonly title: string | null;
}

/** Reports a failure. Returns at once, and neither throws nor rejects. */
export type Report = (error: ApiError, about: FailureContext) => void;

/** Reports nothing: failures are only logged. */
export const NO_REPORT: Report = () => {};
