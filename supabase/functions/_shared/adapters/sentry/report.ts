/** Where failures of ours are told of, besides the log. */
import type { ApiError } from "../../core/errors.ts";
import type { RequestContext } from "../../core/request.ts";

/** What of a request may leave the project: nothing of its body, its headers or its caller. */
export interface About {
  readonly context: RequestContext;
  /** Method and pattern, `POST /usage`; null where the path leads nowhere. */
  readonly title: string | null;
}

/** Tells of a failure. Returns at once, and neither throws nor rejects. */
export type Report = (error: ApiError, about: About) => void;

/** Where nothing outside the log is told. */
export const NO_REPORT: Report = () => {};
