/**
 * The database door: `rpc(name, args)` is the one way in. Two transports carry it (rest.ts through the
 * data API, pool.ts through a pooled connection); time-out, retry and errors are the same for both.
 */
import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { DatabaseFailure, isRetryable, toApiError } from "./failures.ts";
import type { ArgsOf, FunctionName, ResultOf } from "./functions.ts";

export interface Database {
  /**
   * Calls one database function, which is one transaction.
   * @throws ApiError with the function's own code, or `upstream_unavailable`, `request_timeout`,
   * `internal` when the call itself failed
   */
  rpc<N extends FunctionName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>>;
  close(): Promise<void>;
}

/** Carries one call. Rejects with DatabaseFailure, whatever went wrong. */
export interface Transport {
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): Promise<void>;
}

/** Longest wait for one call: far above any of ours, well below the platform's limit for a request. */
export const CALL_TIMEOUT_MS = 10_000;

const MAX_RETRIES = 4;

// Every function behind the door is either a read, keyed by an Idempotency-Key or keyed by what it is
// about (an event's id, an order's id), so running one again is safe. What is retried was rolled back.
const again = retry(
  handleWhen((error) => error instanceof DatabaseFailure && isRetryable(error)),
  // Jitter is the default of this backoff: two calls that met each other should not meet again.
  {
    maxAttempts: MAX_RETRIES,
    backoff: new ExponentialBackoff({ initialDelay: 10, maxDelay: 250 }),
  },
);

export function createDatabase(transport: Transport): Database {
  async function attempt(name: string, args: Readonly<Record<string, unknown>>) {
    try {
      return await transport.call(name, args);
    } catch (error) {
      if (!(error instanceof DatabaseFailure && isRetryable(error))) throw error;
    }
    return await again.execute(() => transport.call(name, args));
  }
  return {
    async rpc<N extends FunctionName>(name: N, args: ArgsOf<N>) {
      try {
        return await attempt(name, args as Record<string, unknown>) as ResultOf<N>;
      } catch (error) {
        throw toApiError(name, error);
      }
    },
    close: () => transport.close(),
  };
}
