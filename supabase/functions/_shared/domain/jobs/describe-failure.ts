/** Describes a failed attempt: for the user, for the log, and for the decision about a retry. */
import { ApiError } from "../../core/errors.ts";
import { redactStart } from "../../privacy/redact.ts";

/** UTF-16 units; as much as a log line holds. */
const MAX_DETAIL = 2_000;

/** An hour, as in jobs_fail. A provider may send any number, and the database takes none above 2^31. */
const MAX_RETRY_AFTER_SECONDS = 3_600;

export interface JobFailure {
  readonly code: string;
  /** Safe to show. */
  readonly message: string;
  /** For the log and the operator alone. */
  readonly detail: string | null;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;
}

function internalError(error: unknown): ApiError {
  const internal = error instanceof Error ? error.stack ?? error.message : String(error);
  return new ApiError("internal", { internal, cause: error });
}

/**
 * The registry of errors says which failures may succeed later. A bug of ours counts as retryable: the next
 * attempt may run on a version without it, and attempts are counted.
 */
export function describeFailure(thrown: unknown): JobFailure {
  const error = thrown instanceof ApiError ? thrown : internalError(thrown);
  return {
    code: error.code,
    message: error.body.message,
    detail: error.internal === undefined ? null : redactStart(error.internal, MAX_DETAIL),
    retryable: error.body.retryable,
    retryAfterSeconds: error.retryAfterSeconds === undefined
      ? null
      : Math.min(error.retryAfterSeconds, MAX_RETRY_AFTER_SECONDS),
  };
}
