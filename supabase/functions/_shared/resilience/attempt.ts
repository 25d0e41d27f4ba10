/** One attempt at a service, which ends in time whether or not whoever runs it listens to the signal. */
import { timeLeftMs } from "../core/request.ts";
import { ApiError } from "../core/errors.ts";
import type { ServiceName } from "./external-services.ts";

/** The service had its time, and gave no answer. What it has done is not known. */
export class TimedOut extends ApiError {
  constructor(service: ServiceName, ms: number) {
    super("upstream_unavailable", { internal: `${service}: no answer in ${ms} ms`, status: 503 });
  }
}

/** The caller ended the call. */
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

/** Less time than the service may take is the request's fault, and no outage. */
function tooLate({ service, timeoutMs }: Bounds, ms: number): ApiError {
  if (ms >= timeoutMs) return new TimedOut(service, timeoutMs);
  const internal = `${service}: no answer in what was left, ${Math.round(ms)} ms`;
  return new ApiError("request_timeout", { internal });
}

/** @throws TimedOut; CallerAborted; ApiError `request_timeout`; else what `run` throws */
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
  // The caller's signal goes on into what is answered; the clock stops with the attempt.
  const signal = caller === undefined ? clock.signal : AbortSignal.any([caller, clock.signal]);
  try {
    return await Promise.race([run(signal), ended]);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener("abort", leave);
  }
}
