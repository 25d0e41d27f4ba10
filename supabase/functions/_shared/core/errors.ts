/**
 * One error class, and the registry of every code that a caller can receive: its type, status,
 * default message and whether the same request may succeed later. The OpenAPI document and
 * docs/reference/api/errors.md are generated from the registry.
 */
export type ErrorType =
  | "validation"
  | "auth"
  | "not_found"
  | "conflict"
  | "payment"
  | "rate_limit"
  | "timeout"
  | "server";

interface ErrorKind {
  readonly type: ErrorType;
  readonly status: number;
  /**
   * A second HTTP status that the error code may have. Only routes that are declared with
   * `asksUpstream` can answer with it.
   */
  readonly alsoStatus?: number;
  readonly message: string;
  readonly retryable: boolean;
}

function kind(type: ErrorType, status: number, message: string, retryable = false): ErrorKind {
  return { type, status, message, retryable };
}

const AGAIN = "The service had a problem. Try again in a moment.";

export const ERRORS = {
  invalid_request: kind(
    "validation",
    400,
    "The request is invalid. Compare its fields with the API reference.",
  ),
  missing_idempotency_key: kind(
    "validation",
    400,
    "Send an Idempotency-Key header of 1 to 255 printable ASCII characters.",
  ),
  signature_invalid: kind(
    "validation",
    400,
    "The Stripe-Signature header is missing, wrong, too old or in the future. Check STRIPE_WEBHOOK_SECRET.",
  ),
  mode_mismatch: kind(
    "validation",
    400,
    "The Stripe key or event is not in the mode of the database, test or live. Use the key and " +
      "webhook secret of the mode in details.database.",
  ),
  unauthenticated: kind(
    "auth",
    401,
    "The credential is missing or invalid. Send the access token or key that this endpoint accepts.",
  ),
  token_expired: kind("auth", 401, "The token has expired. Refresh the session and try again."),
  forbidden: kind(
    "auth",
    403,
    "This credential does not allow the request. Use another credential.",
  ),
  grant_not_allowed: kind(
    "auth",
    403,
    "You are not allowed to make or confirm this grant. Ask another operator.",
  ),
  mfa_required: kind(
    "auth",
    403,
    "Operators need a second factor for changes. Verify one with supabase.auth.mfa, then send the new token.",
  ),
  feature_disabled: kind(
    "auth",
    403,
    "This feature is off for you. GET /features says which features are on.",
  ),
  insufficient_credits: kind(
    "payment",
    402,
    "Not enough credits are available. Buy credits, or send a smaller request.",
  ),
  spend_cap_reached: kind(
    "payment",
    402,
    "The request would exceed the daily spend cap, which resets at the end of the day, UTC.",
  ),
  not_found: kind(
    "not_found",
    404,
    "There is no such resource. Check the path and the ids in the request.",
  ),
  request_timeout: kind("timeout", 408, "The request took too long. Try again.", true),
  idempotency_in_progress: kind(
    "conflict",
    409,
    "A request with this Idempotency-Key is still running. Try again shortly.",
    true,
  ),
  hold_not_open: kind(
    "conflict",
    409,
    "The hold is no longer open; details.status says how it ended.",
  ),
  job_not_cancellable: kind("conflict", 409, "The job has ended, so it can't be cancelled."),
  booking_not_cancellable: kind("conflict", 409, "The booking can no longer be cancelled."),
  grant_not_pending: kind(
    "conflict",
    409,
    "The grant is no longer pending; details.status says how it ended.",
  ),
  notification_not_dead: kind(
    "conflict",
    409,
    "Only a dead-lettered or uncertain notification can be retried; details.state has its state.",
  ),
  reference_conflict: kind(
    "conflict",
    409,
    "This reference_id was used with other values. Send a new reference_id, or the same values.",
  ),
  version_conflict: kind(
    "conflict",
    409,
    "These settings were changed after you read them. Read them again, and repeat your change.",
  ),
  welcome_not_refused: kind(
    "conflict",
    409,
    "This request for welcome credits was not refused, so it can't be queued again; details.status has " +
      "its status.",
  ),
  already_refunded: kind(
    "conflict",
    409,
    "Nothing is left to refund: this payment was refunded in full.",
  ),
  usage_conflict: kind(
    "conflict",
    409,
    "This event_id was already charged with other values. Send a new event_id for another usage event.",
  ),
  payload_too_large: kind("validation", 413, "The body is too large. Send less in one request."),
  idempotency_key_reused: kind(
    "validation",
    422,
    "This Idempotency-Key was used with another request. Send a new key.",
  ),
  overdraft_exceeded: kind(
    "validation",
    422,
    "The hold was not settled, because the debt would exceed the overdraft limit. Settle less.",
  ),
  unknown_model: kind(
    "validation",
    422,
    "This model has no rate. Send a model from GET /usage/rates.",
  ),
  unknown_package: kind(
    "validation",
    422,
    "No package on sale has this id or slug. Send one from GET /checkout/packages.",
  ),
  refund_too_large: kind(
    "validation",
    422,
    "The refund is larger than the amount that is left to refund. Send a smaller amount.",
  ),
  rate_limited: kind(
    "rate_limit",
    429,
    "Too many requests. Wait as long as Retry-After says.",
    true,
  ),
  velocity_exceeded: kind(
    "rate_limit",
    429,
    "Too many attempts. Wait as long as Retry-After says.",
    true,
  ),
  internal: kind("server", 500, AGAIN, true),
  // 503: an external service could not be reached. 502: the service answered, and its response is
  // unusable.
  upstream_unavailable: { ...kind("server", 503, AGAIN, true), alsoStatus: 502 },
  not_ready: kind("server", 503, "The service is not ready. Try again in a moment.", true),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERRORS, code);
}

/** The `error` object of a reply. */
export interface ErrorBody {
  type: string;
  code: string;
  message: string;
  retryable: boolean;
  field?: string;
  details?: Record<string, unknown>;
}

interface ErrorOptions {
  /**
   * A sentence that is safe to show to users. An error with a 5xx status ignores this option and
   * has the default message of its code.
   */
  message?: string | undefined;
  /** The path of the invalid input, for example `events[3].model`. */
  field?: string | undefined;
  details?: Record<string, unknown> | undefined;
  retryAfterSeconds?: number | undefined;
  /** Details for the log; callers never see them. */
  internal?: string | undefined;
  /**
   * True for a bug of this project. Such an error is logged at the level `error`, for any status.
   */
  isOurBug?: boolean | undefined;
  /** Set only for a code with several statuses: `upstream_unavailable` is 502 or 503. */
  status?: number | undefined;
  cause?: unknown;
}

/** The only error that reaches a caller. Any other thrown value is answered as `internal`. */
export class ApiError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly internal: string | undefined;
  readonly isOurBug: boolean;
  readonly body: ErrorBody;

  constructor(readonly code: ErrorCode, options: ErrorOptions = {}) {
    const { type, status, message, retryable } = ERRORS[code];
    const shown = status < 500 && options.message ? options.message : message;
    super(shown, { cause: options.cause });
    this.name = "ApiError";
    this.status = options.status ?? status;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.internal = options.internal;
    this.isOurBug = options.isOurBug ?? false;
    this.body = { type, code, message: shown, retryable };
    if (options.field !== undefined) this.body.field = options.field;
    if (options.details !== undefined) this.body.details = options.details;
  }
}

/**
 * Returns true if the database or an external service is unavailable. The same call may succeed later, or the
 * call has succeeded and only its response was lost.
 */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ApiError &&
    (error.code === "upstream_unavailable" || error.code === "request_timeout");
}

/** Makes a 400 `invalid_request` that names the field. */
export function invalid(message: string, field?: string): ApiError {
  return new ApiError("invalid_request", { message, field });
}

/**
 * Returns an ApiError as it is, and any other error as `internal`. The detail of any other error is
 * logged, and not sent to the caller.
 */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = error instanceof Error ? error.stack ?? error.message : String(error);
  return new ApiError("internal", { internal: detail, cause: error });
}

/** Returns the detail of an error, for the log and for the operator. */
export function detailOf(error: unknown): string {
  return (error instanceof ApiError ? error.internal : undefined) ?? String(error);
}
