/**
 * The timeouts for a model's provider: for a whole answer, for a whole stream, and for the pause
 * before each piece of a stream.
 */
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { AnswerTimeout, toApiError } from "./failures.ts";

export interface Limits {
  /** The timeout in ms of a complete answer, including all attempts. */
  readonly completeMs: number;
  /**
   * The timeout in ms of a stream, from the request to the last byte. It is shorter than the 150 s
   * after which the platform ends a request.
   */
  readonly streamMs: number;
  /** The timeout in ms for the first piece of a stream, and for each later piece. */
  readonly silenceMs: number;
}

export const LIMITS: Limits = {
  completeMs: EXTERNAL_SERVICES.ai.timeoutMs,
  streamMs: 130_000,
  silenceMs: 45_000,
};

/**
 * Combines the caller's signal and this module's own deadline. The error that `rethrow` throws
 * shows which of the two ended the call.
 */
export function deadlineOf(caller: AbortSignal | undefined, ms: number) {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), ms);
  const signal = AbortSignal.any(caller ? [caller, deadline.signal] : [deadline.signal]);
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  /**
   * Returns an AnswerTimeout if this module's deadline ended the call. The SDK reports every aborted signal
   * as the same error, but only the deadline counts as an outage.
   */
  const named = (error: unknown) =>
    deadline.signal.aborted && !caller?.aborted ? new AnswerTimeout("no answer in time") : error;
  return {
    signal,
    named,
    expire: () => deadline.abort(),
    clear: () => clearTimeout(timer),
    /**
     * If the caller's signal is aborted, throws the signal's reason; otherwise, throws the error as
     * an ApiError.
     */
    rethrow(error: unknown): never {
      if (caller?.aborted) throw caller.reason;
      throw toApiError(named(error));
    },
  };
}

export type Deadline = ReturnType<typeof deadlineOf>;

/** Yields the chunks. Aborts if no chunk arrives for `silenceMs`. */
export async function* watched<T>(
  chunks: AsyncIterable<T>,
  deadline: Deadline,
  silenceMs: number,
): AsyncIterable<T> {
  // One timer checks when the last chunk came. A separate timer for each chunk would double the
  // processor time of a chunk.
  let waitingSinceMs: number | undefined = performance.now();
  const look = () => {
    const waitedMs = waitingSinceMs === undefined ? 0 : performance.now() - waitingSinceMs;
    if (waitedMs >= silenceMs) deadline.expire();
    else timer = setTimeout(look, silenceMs - waitedMs);
  };
  let timer = setTimeout(look, silenceMs);
  try {
    for await (const chunk of chunks) {
      waitingSinceMs = undefined;
      yield chunk;
      waitingSinceMs = performance.now();
    }
  } finally {
    clearTimeout(timer);
  }
}
