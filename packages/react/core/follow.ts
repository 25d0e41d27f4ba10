/** Follows a job until it has ended or a time limit has passed. */
import { FarthingError } from "@farthing/client";

interface FollowOptions<Item> {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onChange: (item: Item) => void;
}

/** A timer that is set further ahead than 24 days fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Returns the last item of the iteration.
 * @throws FarthingError `deadline_exceeded` after `timeoutMs`; the signal's reason once it aborts
 */
export async function follow<Item>(
  begin: (signal: AbortSignal) => AsyncIterable<Item>,
  { signal, timeoutMs, onChange }: FollowOptions<Item>,
): Promise<Item> {
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  const message = `The job has not ended within ${timeoutMs} ms. It goes on without this page.`;
  const facts = { code: "deadline_exceeded", message, status: 0, retryable: true } as const;
  const late = () => stop.abort(new FarthingError(facts));
  const timer = setTimeout(late, Math.min(timeoutMs, LONGEST_TIMER_MS));
  try {
    let last: Item | undefined;
    for await (const item of begin(stop.signal)) {
      last = item;
      onChange(item);
    }
    return last!; // The first look always yields.
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
