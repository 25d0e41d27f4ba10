/**
 * Every call to an external service goes through a policy: a timeout for each attempt, a few retries, and a
 * circuit breaker that counts each attempt. The numbers are in external-services.ts. Nothing else retries
 * such a call (docs/decisions/resilience.md).
 */
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from "cockatiel";
import { timeLeftMs } from "../core/request.ts";
import { ApiError } from "../core/errors.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { attempt, CallerAborted, TimedOut } from "./attempt.ts";
import { EXTERNAL_SERVICES, type ExternalService, type ServiceName } from "./external-services.ts";
import { retry } from "./retry.ts";

type BreakerState = "closed" | "open" | "half_open";

export interface ResiliencePolicy {
  /**
   * Runs one call. What the service itself says is thrown as it is.
   * @throws BreakerOpen without asking; TimedOut; ApiError `request_timeout` when the request's own time is
   * spent; the reason of the caller's signal, when that fires
   */
  execute<T>(run: (signal: AbortSignal) => Promise<T>, call?: CallOptions): Promise<T>;
  state(): BreakerState;
}

interface CallOptions {
  /** The caller's own: ends the call and its retries, and goes on into what `run` answers, a stream. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of the table's. */
  readonly timeoutMs?: number;
}

interface PolicyOptions {
  /** The service is down, and does not merely refuse this one call. A timeout is an outage by itself. */
  readonly isOutage: (error: unknown) => boolean;
  /** Worth another attempt; nothing is, unless this says so. */
  readonly isTransient?: (error: unknown) => boolean;
  /** How long the service asks to be left alone. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  readonly metrics: Metrics;
}

/** The service was unavailable a moment ago, so it was not asked. */
export class BreakerOpen extends ApiError {
  constructor(service: ServiceName, msToGo: number) {
    super("upstream_unavailable", {
      internal: `${service}: not asked, its breaker is open`,
      status: 503,
      retryAfterSeconds: Math.max(1, Math.ceil(msToGo / 1000)),
    });
  }
}

/** Neither a success of the service nor its fault: the caller left, or had no time any more. */
function tellsNothing(error: unknown): boolean {
  return error instanceof CallerAborted ||
    error instanceof ApiError && error.code === "request_timeout";
}

/** Waiting is of use only where some of the request's time is left after it. */
function hasTimeFor(ms: number): boolean {
  try {
    return timeLeftMs(Infinity) > ms;
  } catch {
    return false;
  }
}

/** A call is made again where that may help and the request has the time for it. */
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

/** A breaker that says how long it stays open. */
function createBreaker(service: ExternalService, { isOutage }: PolicyOptions) {
  const { halfOpenAfterMs, breakAfter } = service;
  let untilMs = 0;
  const policy = circuitBreaker(
    // In the half-open state an inconclusive result counts as a failure.
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

  /** Each attempt is timed and counted; one that its caller left says nothing of the service. */
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

  /** While one call decides whether to go on, others would wait for it as long as it takes: refused. */
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
