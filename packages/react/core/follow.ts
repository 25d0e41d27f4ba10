/** Follows something that changes, until it has ended or a time is over. */
import { FarthingError } from "@farthing/client";

interface FollowOptions<Item> {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onChange: (item: Item) => void;
}

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
  signal.addEventListener("abort", abort, { once: true });
  const message = `It has not ended within ${timeoutMs} ms. It goes on without this page.`;
  const facts = { code: "deadline_exceeded", message, status: 0, retryable: true } as const;
  const timer = setTimeout(() => stop.abort(new FarthingError(facts)), timeoutMs);
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
