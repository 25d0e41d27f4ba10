/**
 * Makes one attempt at an external service. The attempt ends at its timeout even if `run` ignores
 * the signal.
 */
import { timeLeftMs } from "../core/deadline.ts";
import { ApiError } from "../core/errors.ts";
import type { ServiceName } from "./external-services.ts";

/**
 * The service gave no response within its timeout. The service may have carried out the request.
 */
export class TimedOut extends ApiError {
  constructor(service: ServiceName, ms: number) {
    super("upstream_unavailable", { internal: `${service}: no answer in ${ms} ms`, status: 503 });
  }
}

/** The caller aborted the call. */
export class CallerAborted extends Error {
  constructor(readonly reason: unknown) {
    super("the caller left");
  }
}

interface Bounds {
  readonly service: ServiceName;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes the error for a call without a response in time. If the request had less time left than the
 * service's timeout, this is not an outage of the service.
 */
function tooLate({ service, timeoutMs }: Bounds, ms: number): ApiError {
  if (ms >= timeoutMs) return new TimedOut(service, timeoutMs);
  const internal = `${service}: no answer in the request's last ${Math.round(ms)} ms`;
  return new ApiError("request_timeout", { internal });
}

/**
 * Runs `run` until it settles, the timeout passes or the caller aborts.
 * @throws TimedOut; CallerAborted; ApiError `request_timeout`; otherwise what `run` throws
 */
export async function attempt<T>(
  run: (signal: AbortSignal) => Promise<T>,
  bounds: Bounds,
): Promise<T> {
  const { signal: caller, timeoutMs } = bounds;
  if (caller?.aborted) throw new CallerAborted(caller.reason);
  const ms = timeLeftMs(timeoutMs);
  const clock = new AbortController();
  const { promise: ended, reject: end } = Promise.withResolvers<never>();
  const leave = () => end(new CallerAborted(caller?.reason));
  caller?.addEventListener("abort", leave, { once: true });
  const timer = setTimeout(() => {
    const error = tooLate(bounds, ms);
    end(error);
    clock.abort(error);
  }, ms);
  // The caller's signal also ends what `run` returns, such as a stream. The timeout applies only to the
  // attempt.
  const signal = caller === undefined ? clock.signal : AbortSignal.any([caller, clock.signal]);
  try {
    return await Promise.race([run(signal), ended]);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener("abort", leave);
  }
}
