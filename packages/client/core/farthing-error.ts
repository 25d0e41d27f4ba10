/** The only error that a call throws, except the reason of an aborted signal. */
import type { ApiErrorCode } from "../generated/error-codes.ts";
import type { ErrorDetails } from "./error-details.ts";

/**
 * The codes of errors that the client itself detects: there was no response, the deadline passed,
 * the response was not Farthing's, another user has signed in, or the cost of a chat is unknown.
 * `unexpected_error` is an error of another kind that a hook of `@farthing/react` has caught.
 */
export type ClientErrorCode =
  | "network_error"
  | "deadline_exceeded"
  | "invalid_response"
  | "session_changed"
  | "charge_unknown"
  | "unexpected_error";

export type ErrorCode = ApiErrorCode | ClientErrorCode;

export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly message: string;
  /** The HTTP status; 0 if there was no response. */
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** The input field that is wrong, such as `events[3].model`. */
  readonly field?: string | undefined;
  /**
   * Details that depend on the code, for example `{ limit, required, available }` for
   * `insufficient_credits`.
   */
  readonly details?: ErrorDetails | undefined;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter?: number | undefined;
  /** The id of the request, for the app's log and for questions to the operator. */
  readonly requestId?: string | undefined;
  /** The Idempotency-Key of a call that changes something. */
  readonly idempotencyKey?: string | undefined;
  /**
   * Whether the change may have been made, as after `deadline_exceeded`. Repeat the call with this
   * error's `idempotencyKey`: the change is then made at most once.
   */
  readonly isUncertain?: boolean | undefined;
}

/** Marks the errors of every copy of this package, because an app may have installed two copies. */
const BRAND = Symbol.for("@farthing/client.FarthingError");

/**
 * A request that failed for good, after its retries.
 *
 * ```ts
 * if (error instanceof FarthingError && error.code === "insufficient_credits") offerCredits();
 * ```
 */
export class FarthingError extends Error implements ErrorFacts {
  override readonly name = "FarthingError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly field: string | undefined;
  readonly details: ErrorDetails | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly isUncertain: boolean;
  /** @internal */
  readonly [BRAND] = true;

  /** Also recognizes an error of another copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== FarthingError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && BRAND in value;
  }

  constructor(facts: ErrorFacts, cause?: unknown) {
    super(facts.message, cause === undefined ? undefined : { cause });
    this.code = facts.code;
    this.status = facts.status;
    this.retryable = facts.retryable;
    this.field = facts.field;
    this.details = facts.details;
    this.retryAfter = facts.retryAfter;
    this.requestId = facts.requestId;
    this.idempotencyKey = facts.idempotencyKey;
    this.isUncertain = facts.isUncertain ?? false;
  }
}
