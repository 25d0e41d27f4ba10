/**
 * Tracks whether the caller of a stream is still connected. A caller may disconnect at any time,
 * but the model's provider still bills the answer that it has begun. Only the last piece of the
 * provider's stream contains the usage. So the stream is read to its end, or until the timeout that
 * the policy sets for such streams.
 */
import { ApiError } from "../_shared/core/errors.ts";

export interface CallerConnection {
  /** Aborted when the provider's stream must end. */
  readonly stop: AbortSignal;
  readonly hasLeft: boolean;
  /** Records that the caller has disconnected, or must get no more events. Starts the timeout. */
  leave(): void;
  /** Ends the provider's stream and the timeout. */
  end(): void;
}

export function openConnection(abandonedStreamTimeoutMs: number): CallerConnection {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const giveUp = () => {
    const internal = "the caller has left, and the answer did not end in time";
    stop.abort(new ApiError("request_timeout", { internal }));
  };
  return {
    stop: stop.signal,
    get hasLeft() {
      return timer !== undefined;
    },
    leave() {
      if (!stop.signal.aborted) timer ??= setTimeout(giveUp, abandonedStreamTimeoutMs);
    },
    end() {
      clearTimeout(timer);
      stop.abort();
    },
  };
}
