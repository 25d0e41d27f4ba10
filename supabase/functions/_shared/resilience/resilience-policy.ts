/**
 * The resilience policy of an external service: a timeout for each attempt, a few retries, and a
 * circuit breaker that counts attempts. The numbers are in external-services.ts. No other code
 * retries a call to such a service (docs/decisions/resilience.md).
 */
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from "cockatiel";
import { timeLeftMs } from "../core/deadline.ts";
import { ApiError } from "../core/errors.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { attempt, CallerAborted, TimedOut } from "./attempt.ts";
import { EXTERNAL_SERVICES, type ExternalService, type ServiceName } from "./external-services.ts";
import { retry } from "./retry.ts";

type BreakerState = "closed" | "open" | "half_open";

export interface ResiliencePolicy {
  /**
   * Runs one call. An error of the service itself is thrown unchanged.
   * @throws BreakerOpen if the service was not called; TimedOut; ApiError `request_timeout` when the
   * request's own deadline has passed; the reason of the caller's signal when the signal is aborted
   */
  execute<T>(run: (signal: AbortSignal) => Promise<T>, call?: CallOptions): Promise<T>;
  state(): BreakerState;
}

interface CallOptions {
  /**
   * The caller's signal. It ends the call and its retries, and also what `run` returns, such as a
   * stream.
   */
  readonly signal?: AbortSignal | undefined;
  /** Replaces the timeout in external-services.ts. */
  readonly timeoutMs?: number;
}

interface PolicyOptions {
  /**
   * Returns true if the error shows that the service is down, not that it refused this one call. A
   * timeout always counts as an outage.
   */
  readonly isOutage: (error: unknown) => boolean;
  /** Returns true if another attempt may succeed. Without this function nothing is retried. */
  readonly isTransient?: (error: unknown) => boolean;
  /**
   * Returns the time in ms for which the service asks its callers to wait, for example by
   * Retry-After.
   */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  readonly metrics: Metrics;
}

/** The service was not called, because its circuit breaker is open. */
export class BreakerOpen extends ApiError {
  constructor(service: ServiceName, msToGo: number) {
    super("upstream_unavailable", {
      internal: `${service}: not asked, its breaker is open`,
      status: 503,
      retryAfterSeconds: Math.max(1, Math.ceil(msToGo / 1000)),
    });
  }
}

/**
 * Returns true if the error says nothing about the service: the caller aborted, or the caller's
 * request had no time left.
 */
function tellsNothing(error: unknown): boolean {
  return error instanceof CallerAborted ||
    error instanceof ApiError && error.code === "request_timeout";
}

/** Returns true if the request has more than `ms` left. A retry after the request's deadline is useless. */
function hasTimeFor(ms: number): boolean {
  try {
    return timeLeftMs(Infinity) > ms;
  } catch {
    return false;
  }
}

/**
 * Decides whether a failed call is retried: the error must be transient, the breaker closed and the
 * Retry-After short enough, and the request must have enough time.
 */
function createRetrying(service: ExternalService, options: PolicyOptions, isOpen: () => boolean) {
  const { firstDelayMs, longestDelayMs } = service;
  const { isTransient = () => false, retryAfterMs = () => undefined } = options;
  const mayRetry = (error: unknown) => {
    if (error instanceof ApiError || error instanceof CallerAborted) return false;
    if (!isTransient(error) || isOpen()) return false;
    const askedMs = retryAfterMs(error) ?? 0;
    return askedMs <= longestDelayMs && hasTimeFor(Math.max(askedMs, firstDelayMs));
  };
  return { policyFor: (error: unknown) => mayRetry(error) ? service : undefined, retryAfterMs };
}

/** Makes a circuit breaker that also reports how long it stays open. */
function createBreaker(service: ExternalService, { isOutage }: PolicyOptions) {
  const { halfOpenAfterMs, breakAfter } = service;
  let untilMs = 0;
  const policy = circuitBreaker(
    // In the half-open state, an inconclusive result counts as a failure.
    handleWhen((error) =>
      error instanceof TimedOut || isOutage(error) ||
      policy.state === CircuitState.HalfOpen && tellsNothing(error)
    ),
    { halfOpenAfter: halfOpenAfterMs, breaker: new ConsecutiveBreaker(breakAfter) },
  );
  policy.onBreak(() => {
    untilMs = Date.now() + halfOpenAfterMs;
  });
  const msToGo = () => Math.max(0, untilMs - Date.now());
  function state(): BreakerState {
    if (policy.state === CircuitState.Closed) return "closed";
    return policy.state === CircuitState.Open && msToGo() > 0 ? "open" : "half_open";
  }
  return { policy, msToGo, state };
}

export function createResiliencePolicy(
  service: ServiceName,
  options: PolicyOptions,
): ResiliencePolicy {
  const limits = EXTERNAL_SERVICES[service];
  const { metrics, isOutage, isTransient } = options;
  const { policy: breaker, msToGo, state } = createBreaker(limits, options);
  const retrying = createRetrying(limits, options, () => state() !== "closed");

  function outcomeOf(error: unknown): string {
    if (error instanceof TimedOut || tellsNothing(error)) return "timeout";
    return isOutage(error) || isTransient?.(error) ? "failed" : "rejected";
  }

  /** Adds an attempt's duration and outcome to the metrics, unless the caller aborted it. */
  async function measured<T>(run: (signal: AbortSignal) => Promise<T>, call: CallOptions) {
    const { signal, timeoutMs = limits.timeoutMs } = call;
    const startedMs = performance.now();
    const count = (outcome: string) => {
      metrics.time("outside_call", { service }, performance.now() - startedMs);
      metrics.count("outside_calls", { service, outcome });
    };
    try {
      const answer = await attempt(run, { service, timeoutMs, signal });
      count("ok");
      return answer;
    } catch (error) {
      if (!(error instanceof CallerAborted)) count(outcomeOf(error));
      throw error;
    }
  }

  /**
   * In the half-open state, one call is running as a test. Other calls are refused here, because
   * the breaker would make them wait for the result of the test.
   */
  function ask<T>(run: (signal: AbortSignal) => Promise<T>, call: CallOptions): Promise<T> {
    if (breaker.state === CircuitState.HalfOpen) throw new BreakerOpen(service, 0);
    return breaker.execute(() => measured(run, call));
  }

  metrics.beforeFlush(() => {
    if (state() !== "closed") metrics.count("breaker_not_closed", { service, state: state() });
  });
  return {
    state,
    async execute(run, call = {}) {
      timeLeftMs(limits.timeoutMs);
      try {
        return await retry(() => ask(run, call), retrying);
      } catch (error) {
        if (error instanceof CallerAborted) throw error.reason;
        const isOpen = isBrokenCircuitError(error) || error instanceof BreakerOpen;
        if (!isOpen) throw error;
        metrics.count("outside_calls", { service, outcome: "refused" });
        throw new BreakerOpen(service, msToGo());
      }
    },
  };
}
