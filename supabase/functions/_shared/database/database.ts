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

/**
 * No retry begins later than this after the call did. Waiting for a lock ends after 2 s in the database;
 * with five retries a stuck account would keep a connection for 12 s, with this it is 4 s.
 */
const RETRY_WITHIN_MS = 3_000;

const backoff = new ExponentialBackoff({ initialDelay: 10, maxDelay: 250 });

// Every function behind the door is either a read, keyed by an Idempotency-Key or keyed by what it is
// about (an event's id, an order's id), so running one again is safe. What is retried was rolled back.
function retryWhile(mayRetry: (error: unknown) => boolean) {
  // Jitter is the default of this backoff: two calls that met each other should not meet again.
  return retry(handleWhen(mayRetry), { maxAttempts: MAX_RETRIES, backoff });
}

/** @param nowMs a clock that only goes forward */
export function createDatabase(
  transport: Transport,
  nowMs: () => number = () => performance.now(),
): Database {
  async function attempt(name: string, args: Readonly<Record<string, unknown>>) {
    const deadlineMs = nowMs() + RETRY_WITHIN_MS;
    const mayRetry = (error: unknown) =>
      error instanceof DatabaseFailure && isRetryable(error) && nowMs() < deadlineMs;
    try {
      return await transport.call(name, args);
    } catch (error) {
      if (!mayRetry(error)) throw error;
    }
    return await retryWhile(mayRetry).execute(() => transport.call(name, args));
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
