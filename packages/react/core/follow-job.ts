/** Follows a job until it has ended or a time limit has passed, ten minutes by default. */
import { FarthingError } from "@farthing/client";

/**
 * How long a page follows a job or an order by default. After this time, the status of a job is
 * `timed_out`, and the status of an order is `unknown`. `retry` follows the job or the order again.
 */
export const FOLLOW_MS = 600_000;

interface FollowOptions<Item> {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onChange: (item: Item) => void;
}

/** The longest delay that `setTimeout` accepts, 24 days. A longer delay would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Iterates over all items of `begin`, calls `onChange` with each item, and returns the last one.
 * @throws FarthingError `deadline_exceeded` after `timeoutMs`; the signal's reason once the signal
 * aborts
 */
export async function follow<Item>(
  begin: (signal: AbortSignal) => AsyncIterable<Item>,
  { signal, timeoutMs, onChange }: FollowOptions<Item>,
): Promise<Item> {
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  const message =
    `The job has not ended within ${timeoutMs} ms. It continues on the server: look again later.`;
  const facts = { code: "deadline_exceeded", message, status: 0, retryable: true } as const;
  const late = () => stop.abort(new FarthingError(facts));
  const timer = setTimeout(late, Math.min(timeoutMs, LONGEST_TIMER_MS));
  try {
    let last: Item | undefined;
    for await (const item of begin(stop.signal)) {
      last = item;
      onChange(item);
    }
    return last!; // Defined, because `farthing.jobs.follow` yields the job at its first poll.
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
