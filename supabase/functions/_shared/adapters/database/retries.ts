/**
 * The retries of database calls: after a conflict with another transaction, during a restart of the
 * database, and after a timeout if the call's work must not be lost.
 */
import { retry, type RetryPolicy } from "../../resilience/retry.ts";
import { DatabaseFailure, isConnectionFailure, isRolledBack, isTimeout } from "./failures.ts";

/** The retry policy for each kind of failure. A kind without a policy is not retried. */
export interface DatabaseRetries {
  readonly rolledBack: RetryPolicy;
  readonly unavailable: RetryPolicy;
  readonly timedOut?: RetryPolicy;
  /**
   * An outage that lasts longer than this, in ms, is not a restart. Calls are then no longer
   * retried.
   */
  readonly longestOutageMs: number;
}

// A failure that is older than this, in ms, says nothing about the current outage.
const FORGOTTEN_AFTER_MS = 10_000;

/**
 * The policies for a call whose caller waits. A timeout is not retried, because a retry would
 * double a long wait.
 */
export const WHILE_A_CALLER_WAITS: DatabaseRetries = {
  // The database ends a wait for a lock after 2 s. Six attempts with such waits would occupy a
  // connection for 12 s. `withinMs` allows only two attempts: the second one fails after 4 s, and a
  // failure after more than 3 s is not retried.
  rolledBack: {
    withinMs: 3_000,
    retries: 5,
    startsAtOnce: true,
    firstDelayMs: 10,
    longestDelayMs: 250,
  },
  // A restart takes one or two seconds, which callers hardly notice. After 2.5 s the response is
  // 503 with Retry-After.
  unavailable: {
    withinMs: 2_500,
    retries: 9,
    startsAtOnce: true,
    firstDelayMs: 100,
    longestDelayMs: 500,
  },
  longestOutageMs: 10_000,
};

// A restart of the database takes less than 15 s. A job's lease lasts 60 s, so these retries end
// before the lease expires.
const STORED: RetryPolicy = {
  withinMs: 15_000,
  retries: 20,
  startsAtOnce: true,
  firstDelayMs: 100,
  longestDelayMs: 4_000,
};

/**
 * The policies for a call that stores finished or paid work. Such a call must be safe to repeat.
 */
export const UNTIL_STORED: DatabaseRetries = {
  rolledBack: STORED,
  unavailable: STORED,
  timedOut: STORED,
  longestOutageMs: Infinity,
};

type Retry = <T>(call: () => Promise<T>, retries: DatabaseRetries) => Promise<T>;

/** @param nowMs a monotonic clock */
export function createRetry(nowMs: () => number): Retry {
  let unavailableSinceMs: number | undefined;
  let failedAtMs = -Infinity;

  function noteFailure(isUnavailableNow: boolean): void {
    if (nowMs() - failedAtMs >= FORGOTTEN_AFTER_MS) unavailableSinceMs = undefined;
    failedAtMs = nowMs();
    unavailableSinceMs = isUnavailableNow ? unavailableSinceMs ?? failedAtMs : undefined;
  }

  /**
   * Runs the call, and remembers whether the database is available. After a refusal, the database
   * counts as available, because it has answered.
   */
  async function noted<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      unavailableSinceMs = undefined;
      return answer;
    } catch (error) {
      if (error instanceof DatabaseFailure) noteFailure(isConnectionFailure(error));
      throw error;
    }
  }

  function policyFor(error: unknown, retries: DatabaseRetries): RetryPolicy | undefined {
    if (!(error instanceof DatabaseFailure)) return undefined;
    if (isRolledBack(error)) return retries.rolledBack;
    if (isTimeout(error)) return retries.timedOut;
    if (!isConnectionFailure(error)) return undefined;
    const outageMs = nowMs() - (unavailableSinceMs ?? nowMs());
    return outageMs < retries.longestOutageMs ? retries.unavailable : undefined;
  }

  return (call, retries) =>
    retry(() => noted(call), { policyFor: (error) => policyFor(error, retries), nowMs });
}
