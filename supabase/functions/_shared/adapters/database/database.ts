/**
 * Calls database functions by `rpc(name, args)`. No other code accesses the database. rest.ts sends the calls
 * through the data API, and pool.ts through a pooled connection; retries and errors are the same for both.
 */
import { ApiError } from "../../core/errors.ts";
import { withAuthor } from "./add-author.ts";
import { DatabaseFailure, mayBeDone, toApiError } from "./failures.ts";
import type { ArgsOf, FunctionName, ResultOf } from "../../contracts/database/functions.ts";
import { createRetry, type DatabaseRetries, WHILE_A_CALLER_WAITS } from "./retries.ts";

export interface Database {
  /**
   * Calls one database function in a transaction of its own.
   * @param retries the retry policies of this call; callers do not retry in addition
   * @throws ApiError with the function's own code; `upstream_unavailable`, `request_timeout` or
   * `internal` if the call itself failed
   */
  rpc<N extends FunctionName>(
    name: N,
    args: ArgsOf<N>,
    retries?: DatabaseRetries,
  ): Promise<ResultOf<N>>;
  close(): Promise<void>;
}

/**
 * Sends one call, and aborts the call at the deadline of the current request. Every failure is a
 * DatabaseFailure.
 */
export interface Transport {
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): Promise<void>;
}

/** The schema of the database functions that can be called. */
export const EXPOSED = "farthing_public";

/**
 * The timeout of one call in ms: far longer than any database function takes, and far below the
 * deadline of a request.
 */
export const CALL_TIMEOUT_MS = 10_000;

/**
 * Returns true if the database refused the call because of the current state of the data, such as
 * `idempotency_in_progress`.
 */
function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.body.type === "conflict";
}

/** @param nowMs a monotonic clock */
export function createDatabase(
  transport: Transport,
  nowMs: () => number = () => performance.now(),
): Database {
  const retry = createRetry(nowMs);

  // A repeated call is safe. A database function that changes nothing may run again. Every other
  // one recognizes a repeated call by the Idempotency-Key, or by the id of the changed object, such
  // as an event or an order.
  async function run(
    name: string,
    args: Readonly<Record<string, unknown>>,
    retries: DatabaseRetries,
  ): Promise<unknown> {
    let lost: DatabaseFailure | undefined;
    const attempt = async () => {
      try {
        return await transport.call(name, args);
      } catch (error) {
        if (error instanceof DatabaseFailure && mayBeDone(error)) lost = error;
        throw error;
      }
    };
    try {
      return await retry(attempt, retries);
    } catch (error) {
      const refusal = toApiError(name, error);
      // After a lost connection, the conflict may come from an earlier attempt of this same call:
      // the database may have carried out that attempt. So the lost connection is reported, not the
      // conflict.
      throw lost !== undefined && isConflict(refusal) ? toApiError(name, lost) : refusal;
    }
  }
  return {
    rpc: async <N extends FunctionName>(name: N, args: ArgsOf<N>, retries = WHILE_A_CALLER_WAITS) =>
      await run(name, withAuthor(name, args as Record<string, unknown>), retries) as ResultOf<N>,
    close: () => transport.close(),
  };
}
