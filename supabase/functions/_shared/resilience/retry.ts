/**
 * The one loop of retries. A call has one of them: the guard's around an external service, or the database's.
 * A caller that needs more attempts names another policy and puts no loop around the call: three attempts of
 * three attempts are nine.
 */
import { DelegateBackoff, handleWhen, type IRetryBackoffContext, retry as repeat } from "cockatiel";

export interface RetryPolicy {
  /** Attempts after the first. */
  readonly retries: number;
  /** Before the first retry; twice as long before each next one, give or take half of it. */
  readonly firstDelayMs: number;
  /** No delay grows beyond this, give or take half of it. */
  readonly longestDelayMs: number;
  /** No retry begins later than this after the call did. */
  readonly withinMs?: number;
  /** The first retry has no delay at all, and the second has firstDelayMs. */
  readonly startsAtOnce?: true;
}

interface Retrying {
  /** The policy for an error; without one the error is thrown. */
  readonly policyFor: (error: unknown) => RetryPolicy | undefined;
  /** How long the service asks to be left alone: then no retry begins earlier. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

/** Jittered, so that calls that failed together don't come back together. */
function delayMs({ firstDelayMs, longestDelayMs, startsAtOnce }: RetryPolicy, nth: number): number {
  const doublings = startsAtOnce ? nth - 2 : nth - 1;
  if (doublings < 0) return 0;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** doublings) * (0.5 + Math.random());
}

/** Settles as the last attempt does. */
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
