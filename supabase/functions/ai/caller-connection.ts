/**
 * The caller's connection to a stream. It may end at any time, and the provider's stream does not end with
 * it: the provider bills what it has begun, and only its last piece says how much. So it is read on, as long
 * as policy says.
 */
import { ApiError } from "../_shared/core/errors.ts";

export interface CallerConnection {
  /** Aborted when the provider's stream is to be ended. */
  readonly stop: AbortSignal;
  readonly hasLeft: boolean;
  /** The caller has left, or can't be sent any more. */
  leave(): void;
  /** Nothing more is wanted of the provider. */
  end(): void;
}

export function openConnection(patienceMs: number): CallerConnection {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const giveUp = () => {
    stop.abort(new ApiError("request_timeout", { internal: "no caller, and no end in time" }));
  };
  return {
    stop: stop.signal,
    get hasLeft() {
      return timer !== undefined;
    },
    leave() {
      if (!stop.signal.aborted) timer ??= setTimeout(giveUp, patienceMs);
    },
    end() {
      clearTimeout(timer);
      stop.abort();
    },
  };
}
