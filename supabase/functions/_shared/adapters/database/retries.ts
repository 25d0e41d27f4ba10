/**
 * When a call of the database is made again: when its transaction was rolled back for another's sake, while
 * the database restarts, and, for a call whose work must not be lost, after a timeout.
 */
import { retry, type RetryPolicy } from "../../resilience/retry.ts";
import { DatabaseFailure, isConnectionFailure, isRolledBack, isTimeout } from "./failures.ts";

/** A policy for each kind of failure; a kind without one is not retried. */
export interface DatabaseRetries {
  readonly rolledBack: RetryPolicy;
  readonly unavailable: RetryPolicy;
  readonly timedOut?: RetryPolicy;
  /** A database that is unavailable for longer than this is not restarting: no retry. */
  readonly longestOutageMs: number;
}

// A failure that old says nothing about the current outage.
const FORGOTTEN_AFTER_MS = 10_000;

/** For a call whose caller waits. A timeout is not retried: it would double a wait that is long already. */
export const WHILE_A_CALLER_WAITS: DatabaseRetries = {
  // Waiting for a lock ends after 2 s in the database; with five retries a stuck account would keep a
  // connection for 12 s, with this it is 4 s.
  rolledBack: {
    withinMs: 3_000,
    retries: 5,
    startsAtOnce: true,
    firstDelayMs: 10,
    longestDelayMs: 250,
  },
  // A restart takes a second or two, which a caller hardly notices. Then the answer is 503, Retry-After.
  unavailable: {
    withinMs: 2_500,
    retries: 9,
    startsAtOnce: true,
    firstDelayMs: 100,
    longestDelayMs: 500,
  },
  longestOutageMs: 10_000,
};

// A restart takes less than this, and a job's lease is four times as long.
const STORED: RetryPolicy = {
  withinMs: 15_000,
  retries: 20,
  startsAtOnce: true,
  firstDelayMs: 100,
  longestDelayMs: 4_000,
};

/** For a call that stores work which is done or paid for. The call has to be repeatable. */
export const UNTIL_STORED: DatabaseRetries = {
  rolledBack: STORED,
  unavailable: STORED,
  timedOut: STORED,
  longestOutageMs: Infinity,
};

type Retry = <T>(call: () => Promise<T>, retries: DatabaseRetries) => Promise<T>;

/** @param nowMs a clock that only goes forward */
export function createRetry(nowMs: () => number): Retry {
  let unavailableSinceMs: number | undefined;
  let failedAtMs = -Infinity;

  function noteFailure(isUnavailableNow: boolean): void {
    if (nowMs() - failedAtMs >= FORGOTTEN_AFTER_MS) unavailableSinceMs = undefined;
    failedAtMs = nowMs();
    unavailableSinceMs = isUnavailableNow ? unavailableSinceMs ?? failedAtMs : undefined;
  }

  /** Notes whether the database is available. A refusal counts as available: the database itself gave it. */
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
