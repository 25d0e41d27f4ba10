/**
 * The failures of database calls. Both transports turn their errors into a DatabaseFailure, in the
 * shape of PostgREST's error body. `toApiError` turns a DatabaseFailure into an error for the
 * caller.
 */
import { ApiError, type ErrorCode, isErrorCode } from "../../core/errors.ts";

interface FailureParts {
  /** A code of core/errors.ts, an SQLSTATE, a code of PostgREST, or one of the codes defined below. */
  readonly code: string;
  readonly message: string;
  /** The error's `details` as JSON text, if one of our SQL functions raised the error. */
  readonly details?: string | null;
  /** The error's `field`, if one of our SQL functions raised the error. */
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

/** Codes of this adapter, for failures to which the server gave no code. */
export const TIMED_OUT = "FARTHING_TIMED_OUT";
export const CONNECTION_LOST = "FARTHING_CONNECTION_LOST";
export const NOT_CONNECTED = "FARTHING_NOT_CONNECTED";

// Serialization failure, deadlock, lock not available: the transaction was rolled back.
const ROLLED_BACK = new Set(["40001", "40P01", "55P03"]);

// There was no connection. Either the server was unreachable, starting (57P03) or full (53300), or
// PostgREST lacked a database, a schema cache or a free connection.
const NOT_BEGUN = /^(08001|08004|57P03|53300|PGRST00[023]|FARTHING_NOT_CONNECTED)$/;
// The connection ended during a call: class 08, a shutdown (57P01), a crash (57P02), or an error of
// PostgREST's own driver. The transaction may have been committed before the connection ended.
const ENDED = /^(08...|57P0[12]|PGRST001|FARTHING_CONNECTION_LOST)$/;
const TIMEOUT = new Set(["57014", TIMED_OUT]);
// Class 22: a value does not fit its type in the database. The caller sent the value, but the route's schema
// should have refused it with the field's name, so the log reports a bug.
const BAD_VALUE = /^22...$/;

const RETRY_AFTER_SECONDS = 1;

export function isRolledBack({ code }: Pick<DatabaseFailure, "code">): boolean {
  return ROLLED_BACK.has(code);
}

/** Returns true if the call exceeded the database's time limit or this adapter's time limit. */
export function isTimeout({ code }: DatabaseFailure): boolean {
  return TIMEOUT.has(code);
}

/**
 * Returns true if the connection failed, before or during the call. It may work again in a moment.
 */
export function isConnectionFailure({ code }: DatabaseFailure): boolean {
  return NOT_BEGUN.test(code) || ENDED.test(code);
}

/** Returns true if the connection ended during the call, so the call may have been carried out. */
export function mayBeDone({ code }: DatabaseFailure): boolean {
  return !NOT_BEGUN.test(code) && ENDED.test(code);
}

/**
 * Unpacks an error that one of this project's SQL functions raised: SQLSTATE PGRST with JSON in the message.
 * PostgREST unpacks such an error itself; on a pooled connection it is unpacked here.
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

/** Turns a failure into the error for the caller. Only the log gets the failure's details. */
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
    // A conflicting transaction, or a restart of the database, is over soon, so the caller may retry soon.
    retryAfterSeconds: code === "upstream_unavailable" ? RETRY_AFTER_SECONDS : undefined,
    cause: error,
  });
}
