/**
 * The only loop of retries. A call runs in at most one such loop: the resilience policy retries
 * calls of an external service, and the database adapter retries calls of the database. A caller
 * that needs more attempts passes another retry policy instead of adding a loop: three attempts at
 * a call that itself makes three attempts would be nine attempts.
 */
import { DelegateBackoff, handleWhen, type IRetryBackoffContext, retry as repeat } from "cockatiel";

export interface RetryPolicy {
  /** The number of attempts after the first. */
  readonly retries: number;
  /**
   * The delay in ms before the first retry. The delay doubles for each further retry, and varies at
   * random by up to 50 %.
   */
  readonly firstDelayMs: number;
  /** The longest delay in ms; it also varies at random by up to 50 %. */
  readonly longestDelayMs: number;
  /**
   * If an attempt fails later than this many ms after the start of the first attempt, there is no
   * retry.
   */
  readonly withinMs?: number;
  /** The first retry has no delay, and the second one has `firstDelayMs`. */
  readonly startsAtOnce?: true;
}

interface Retrying {
  /** Returns the policy for an error; undefined if the error must not be retried. */
  readonly policyFor: (error: unknown) => RetryPolicy | undefined;
  /**
   * Returns the time in ms for which the service asks its callers to wait. The next retry begins no
   * earlier.
   */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  /** A monotonic clock. */
  readonly nowMs?: () => number;
}

/**
 * Returns the delay before the nth retry. It is random, so that calls that failed together retry at
 * different times.
 */
function delayMs({ firstDelayMs, longestDelayMs, startsAtOnce }: RetryPolicy, nth: number): number {
  const doublings = startsAtOnce ? nth - 2 : nth - 1;
  if (doublings < 0) return 0;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** doublings) * (0.5 + Math.random());
}

/**
 * Repeats the call until an attempt succeeds or must not be retried. Returns the result of the last
 * attempt, or throws its error.
 */
export async function retry<T>(call: () => Promise<T>, options: Retrying): Promise<T> {
  const { policyFor, retryAfterMs = () => undefined, nowMs = () => performance.now() } = options;
  const beganMs = nowMs();
  let retries = 0;
  let policy: RetryPolicy | undefined;
  const mayRetry = (error: unknown) => {
    policy = policyFor(error);
    return policy !== undefined && retries++ < policy.retries &&
      nowMs() - beganMs < (policy.withinMs ?? Infinity);
  };
  const delay = ({ attempt, result }: IRetryBackoffContext<unknown>) =>
    Math.max(
      policy === undefined ? 0 : delayMs(policy, attempt),
      "error" in result ? retryAfterMs(result.error) ?? 0 : 0,
    );
  const backoff = new DelegateBackoff(delay);
  return await repeat(handleWhen(mayRetry), { maxAttempts: Infinity, backoff }).execute(call);
}
