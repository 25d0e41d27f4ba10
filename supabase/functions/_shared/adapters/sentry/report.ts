/** Reports of our own failures to Sentry, besides the log. */
import type { ApiError } from "../../core/errors.ts";
import type { RequestContext } from "../../core/request.ts";

/** The part of a request that may leave the project: nothing of its body, its headers or its caller. */
export interface FailureContext {
  readonly context: RequestContext;
  /** Method and pattern, `POST /usage`; null where no route was found. */
  readonly title: string | null;
}

/** Reports a failure. Returns at once, and neither throws nor rejects. */
export type Report = (error: ApiError, about: FailureContext) => void;

/** Reports nothing: failures are only logged. */
export const NO_REPORT: Report = () => {};
