/**
 * The one way into the database: `rpc(name, args)`. Two transports carry it (rest.ts through the data API,
 * pool.ts through a pooled connection); retries and errors are the same for both.
 */
import { ApiError } from "../../core/errors.ts";
import { withAuthor } from "./authored.ts";
import { DatabaseFailure, mayBeDone, toApiError } from "./failures.ts";
import type { ArgsOf, FunctionName, ResultOf } from "../../contracts/database/functions.ts";
import { createRetry, type DatabaseRetries, WHILE_A_CALLER_WAITS } from "./retries.ts";

export interface Database {
  /**
   * Calls one database function, which is one transaction.
   * @param retries the database's own loop; no caller puts another one around it
   * @throws ApiError with the function's own code, or `upstream_unavailable`, `request_timeout`,
   * `internal` when the call itself failed
   */
  rpc<N extends FunctionName>(
    name: N,
    args: ArgsOf<N>,
    retries?: DatabaseRetries,
  ): Promise<ResultOf<N>>;
  close(): Promise<void>;
}

/** Carries one call within the time of its request. Rejects with DatabaseFailure, whatever went wrong. */
export interface Transport {
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): Promise<void>;
}

/** The schema of what the functions call. */
export const EXPOSED = "farthing_public";

/** Longest wait for one call: far above any of ours, well below the platform's limit for a request. */
export const CALL_TIMEOUT_MS = 10_000;

/** The contract's refusals for a state that stands in the way, such as `idempotency_in_progress`. */
function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.body.type === "conflict";
}

/** @param nowMs a clock that only goes forward */
export function createDatabase(
  transport: Transport,
  nowMs: () => number = () => performance.now(),
): Database {
  const retry = createRetry(nowMs);

  // Every function is either a read, keyed by an Idempotency-Key, or keyed by its subject (an event's id, an
  // order's id), so running one again is safe.
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
      // The conflict may be with this very call, which ran before its connection was lost.
      throw lost !== undefined && isConflict(refusal) ? toApiError(name, lost) : refusal;
    }
  }
  return {
    rpc: async <N extends FunctionName>(name: N, args: ArgsOf<N>, retries = WHILE_A_CALLER_WAITS) =>
      await run(name, withAuthor(name, args as Record<string, unknown>), retries) as ResultOf<N>,
    close: () => transport.close(),
  };
}
