/**
 * When a call of the database is made again: where its transaction was rolled back for another's sake, and
 * while the database restarts. Never after a time-out, which would double a wait already long.
 */
import { DelegateBackoff, handleWhen, type IRetryBackoffContext, retry } from "cockatiel";
import { DatabaseFailure, isAway, isRetryable } from "./failures.ts";

/** How long to retry after one kind of failure, and how often. */
interface Wait {
  /** No retry begins later than this after the call did. */
  readonly withinMs: number;
  /** Before the second retry; twice as long before each next one, give or take half of it. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Retries after the first. */
  readonly most: number;
}

// Waiting for a lock ends after 2 s in the database; with five retries a stuck account would keep a
// connection for 12 s, with this it is 4 s.
const ROLLED_BACK: Wait = { withinMs: 3_000, firstMs: 10, longestMs: 250, most: 4 };

// A restart takes a second or two, which a caller hardly notices; after that the answer is 503, Retry-After.
const AWAY: Wait = { withinMs: 2_500, firstMs: 100, longestMs: 500, most: 8 };

/** A database that is unavailable for longer is not restarting, and no call waits for it any more. */
const RESTART_MS = 10_000;

function delayMs({ firstMs, longestMs }: Wait, nth: number): number {
  return Math.min(longestMs, firstMs * 2 ** (nth - 1)) * (0.5 + Math.random());
}

export interface Retries {
  execute<T>(call: () => Promise<T>): Promise<T>;
}

/** @param nowMs a clock that only goes forward */
export function createRetries(nowMs: () => number): Retries {
  let awaySinceMs: number | undefined;
  /** When a call last failed. */
  let failedAtMs = -Infinity;

  function waitFor(error: unknown): Wait | undefined {
    if (!(error instanceof DatabaseFailure)) return undefined;
    if (isRetryable(error)) return ROLLED_BACK;
    const isRestart = isAway(error) && nowMs() - (awaySinceMs ?? nowMs()) < RESTART_MS;
    return isRestart ? AWAY : undefined;
  }

  function noteFailure(isAwayNow: boolean): void {
    // A failure that old says nothing about the current outage.
    if (nowMs() - failedAtMs >= RESTART_MS) awaySinceMs = undefined;
    failedAtMs = nowMs();
    awaySinceMs = isAwayNow ? awaySinceMs ?? failedAtMs : undefined;
  }

  /** Notes whether the database is available. A refusal counts as available: the database itself gave it. */
  async function noted<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      awaySinceMs = undefined;
      return answer;
    } catch (error) {
      if (error instanceof DatabaseFailure) noteFailure(isAway(error));
      throw error;
    }
  }

  async function execute<T>(call: () => Promise<T>): Promise<T> {
    const beganMs = nowMs();
    let retried = -1;
    const mayRetry = (error: unknown) => {
      const wait = waitFor(error);
      return wait !== undefined && retried++ < wait.most && nowMs() - beganMs < wait.withinMs;
    };
    try {
      return await noted(call);
    } catch (error) {
      if (!mayRetry(error)) throw error;
    }
    const delay = ({ attempt, result }: IRetryBackoffContext<unknown>) => {
      const wait = "error" in result ? waitFor(result.error) : undefined;
      return wait === undefined ? 0 : delayMs(wait, attempt);
    };
    // The first time at once: what stood in the way may be gone, and of a pool one connection was bad.
    return await retry(handleWhen(mayRetry), {
      maxAttempts: AWAY.most,
      backoff: new DelegateBackoff(delay),
    }).execute(() => noted(call));
  }

  return { execute };
}
