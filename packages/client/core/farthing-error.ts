/** The only error that the client throws, except the reason of an aborted signal. */
import type { ApiErrorCode } from "../generated/error-codes.ts";

/**
 * The codes of errors that the client itself detects: there was no answer, the deadline passed, or
 * the answer was not Farthing's.
 */
export type ClientErrorCode = "network_error" | "deadline_exceeded" | "invalid_response";

export type ErrorCode = ApiErrorCode | ClientErrorCode;

export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly message: string;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** The input field that is wrong, such as `events[3].model`. */
  readonly field?: string | undefined;
  /**
   * Details that depend on the code, for example `{ limit, required, available }` for
   * `insufficient_credits`.
   */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter?: number | undefined;
  /** The id of the request, for the app's log and for questions to the operator. */
  readonly requestId?: string | undefined;
}

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
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(facts: ErrorFacts, cause?: unknown) {
    super(facts.message, cause === undefined ? undefined : { cause });
    this.code = facts.code;
    this.status = facts.status;
    this.retryable = facts.retryable;
    this.field = facts.field;
    this.details = facts.details;
    this.retryAfter = facts.retryAfter;
    this.requestId = facts.requestId;
  }
}

interface ErrorBody {
  error?: { code?: unknown; message?: unknown; retryable?: unknown } & Partial<ErrorFacts>;
}

/**
 * Whether the same request may succeed later, by the status that the service or the platform sent.
 */
const isPassing = (status: number) => status === 408 || status === 429 || status >= 500;

function secondsOf(value: string | null): number | undefined {
  const seconds = value === null ? NaN : Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/**
 * Returns the error for an unsuccessful answer. Answers of the platform itself do not have
 * Farthing's body.
 */
export async function errorOf(response: Response, sentId: string): Promise<FarthingError> {
  const { status, headers } = response;
  const body: ErrorBody | null = await response.json().catch(() => null);
  const known = {
    status,
    retryAfter: secondsOf(headers.get("retry-after")),
    requestId: headers.get("x-request-id") ?? sentId,
  };
  const error = body?.error;
  if (typeof error?.code !== "string") {
    const message = `The answer ${status} is not Farthing's.`;
    return new FarthingError({
      ...known,
      code: "invalid_response",
      message,
      retryable: isPassing(status),
    });
  }
  return new FarthingError({
    ...known,
    code: error.code,
    message: String(error.message),
    retryable: error.retryable === true,
    field: error.field,
    details: error.details,
  });
}
