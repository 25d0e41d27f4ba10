/**
 * One parser for what goes wrong between us and the database. Both transports reduce their errors to
 * a DatabaseFailure in the shape of PostgREST's error body; here it becomes an error of the contract.
 */
import { ApiError, type ErrorCode, isErrorCode } from "../../core/errors.ts";

interface FailureParts {
  /** A code of the contract, an SQLSTATE, or a connection error's code. */
  readonly code: string;
  readonly message: string;
  /** JSON text of the contract's `details`, from our own functions. */
  readonly details?: string | null;
  /** The contract's `field`, from our own functions. */
  readonly hint?: string | null;
}

export class DatabaseFailure extends Error implements FailureParts {
  readonly code: string;
  readonly details: string | null;
  readonly hint: string | null;

  constructor(parts: FailureParts, cause?: unknown) {
    super(parts.message, { cause });
    this.name = "DatabaseFailure";
    this.code = parts.code;
    this.details = parts.details ?? null;
    this.hint = parts.hint ?? null;
  }
}

/** Our own marks for what no server said. */
export const TIMED_OUT = "FARTHING_TIMED_OUT";
export const CONNECTION_LOST = "FARTHING_CONNECTION_LOST";
export const NOT_CONNECTED = "FARTHING_NOT_CONNECTED";

// Serialisation failure, deadlock, lock not available: the transaction left nothing behind.
const ROLLED_BACK = new Set(["40001", "40P01", "55P03"]);

// What is said instead of a connection: not reachable, starting up, full; by PostgREST without a database,
// without a schema, without a connection to spare.
const NOT_BEGUN = /^(08001|08004|57P03|53300|PGRST00[023]|FARTHING_NOT_CONNECTED)$/;
// A connection that ended under a call. By class 08, by an order to shut down (57P01), by a crash (57P02) and
// by PostgREST's own driver alike: the commit may have come before.
const ENDED = /^(08...|57P0[12]|PGRST001|FARTHING_CONNECTION_LOST)$/;
const TIMEOUT = new Set(["57014", TIMED_OUT]);
// Class 22: a value that the types refuse. It is the caller's, but a schema of ours should have named its
// field, so the log counts it as a bug.
const BAD_VALUE = /^22...$/;

const RETRY_AFTER_SECONDS = 1;

export function isRolledBack({ code }: DatabaseFailure): boolean {
  return ROLLED_BACK.has(code);
}

/** The call took too long, by the database's clock or by ours. */
export function isTimeout({ code }: DatabaseFailure): boolean {
  return TIMEOUT.has(code);
}

/** There is no connection, or there was none when the call began; it may be back in a moment. */
export function isConnectionFailure({ code }: DatabaseFailure): boolean {
  return NOT_BEGUN.test(code) || ENDED.test(code);
}

/** Whether the call may have been carried out all the same. */
export function mayBeDone({ code }: DatabaseFailure): boolean {
  return !NOT_BEGUN.test(code) && ENDED.test(code);
}

/**
 * Our functions raise SQLSTATE PGRST with the error as JSON in the message. PostgREST unpacks it; on a
 * plain connection it is unpacked here.
 */
export function unpackRaised(code: string, message: string): FailureParts {
  if (code !== "PGRST") return { code, message };
  try {
    return JSON.parse(message) as FailureParts;
  } catch {
    return { code: "XX000", message };
  }
}

function parseDetails(text: string | null): Record<string, unknown> | undefined {
  if (text === null || text === "") return undefined;
  try {
    const details: unknown = JSON.parse(text);
    return typeof details === "object" && details !== null
      ? details as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}

function outsideContract(failure: DatabaseFailure): ErrorCode {
  if (isRolledBack(failure) || isConnectionFailure(failure)) return "upstream_unavailable";
  if (isTimeout(failure)) return "request_timeout";
  return BAD_VALUE.test(failure.code) ? "invalid_request" : "internal";
}

/** The error for the caller; what really happened goes along for the log. */
export function toApiError(functionName: string, error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!(error instanceof DatabaseFailure)) {
    return new ApiError("internal", {
      internal: `${functionName}: ${String(error)}`,
      cause: error,
    });
  }
  if (isErrorCode(error.code)) {
    return new ApiError(error.code, {
      message: error.message,
      field: error.hint ?? undefined,
      details: parseDetails(error.details),
      retryAfterSeconds: error.code === "idempotency_in_progress" ? RETRY_AFTER_SECONDS : undefined,
    });
  }
  const code = outsideContract(error);
  return new ApiError(code, {
    internal: `${functionName}: ${error.code} ${error.message}`,
    isOurBug: BAD_VALUE.test(error.code),
    // Another transaction stood in the way, or the database starts: both are over soon.
    retryAfterSeconds: code === "upstream_unavailable" ? RETRY_AFTER_SECONDS : undefined,
    cause: error,
  });
}
