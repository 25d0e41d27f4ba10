/**
 * Describes a failed attempt for the user and for the log, and decides whether the job is retried.
 */
import { ApiError } from "../../core/errors.ts";
import { redactStart } from "../../privacy/redact.ts";

/** The maximum length of a failure's `detail`, in UTF-16 code units. */
const MAX_DETAIL = 2_000;

/**
 * The longest wait before a retry: one hour, the same as in jobs_fail. A failed service may ask for
 * a wait of any number of seconds, but the database accepts only numbers below 2^31.
 */
const MAX_RETRY_AFTER_SECONDS = 3_600;

export interface JobFailure {
  readonly code: string;
  /** The message for the user; safe to show. */
  readonly message: string;
  /** The detail, only for the log and the operator. */
  readonly detail: string | null;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;
}

function internalError(error: unknown): ApiError {
  const internal = error instanceof Error ? error.stack ?? error.message : String(error);
  return new ApiError("internal", { internal, cause: error });
}

/**
 * The error registry says after which failures a later attempt may succeed. A bug in our code
 * counts as retryable, because the next attempt may run on a version without the bug. The number of
 * attempts is limited.
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
