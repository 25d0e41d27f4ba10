/**
 * The metrics of an isolate. The isolate sends its counts to the database regularly. A collector can't read
 * them from the isolate, because each of the collector's requests may reach a different isolate.
 */

export interface Metrics {
  /**
   * Counts one answered request. `route` is the pattern, such as `POST /checkout`; null if no route
   * was found.
   */
  request(route: string | null, status: number, durationMs: number): void;
  count(name: CounterName, labels?: Labels, by?: number): void;
  time(name: TimerName, labels: Labels, durationMs: number): void;
  /**
   * Calls `look` before each flush. A circuit breaker, for example, has a state but sends no
   * events. So its `look` counts the state at each flush.
   */
  beforeFlush(look: () => void): void;
}

/** Metrics that count nothing, for code that runs outside the Edge Functions. */
export const NO_METRICS: Metrics = {
  request: () => {},
  count: () => {},
  time: () => {},
  beforeFlush: () => {},
};

/**
 * Each label has a small closed set of values: a value that a caller sends never becomes a label.
 */
export type Labels = Readonly<Record<string, string>>;

/** The counters with their labels. Each comment names the labels and their values. */
export const COUNTERS = {
  /**
   * Requests whose credentials were refused, by `status` and `code`; core/errors.ts lists the
   * codes.
   */
  auth_failures: ["status", "code"],
  /** Flushes that found a circuit breaker open or half open, by `service` and `state`. */
  breaker_not_closed: ["service", "state"],
  /**
   * Attempts to call an external service, by `service` and `outcome`: ok, rejected (the service
   * refused this call), failed, timeout, refused (by an open breaker).
   */
  outside_calls: ["service", "outcome"],
  /** Decisions of the rate limiter, by `rule` and `outcome`: allowed, soft, blocked. */
  limiter_decisions: ["rule", "outcome"],
  /**
   * Requests that this process counted without Redis, by `reason`: slow, down, denied (wrong
   * token), full (no memory left), `nonsense` (invalid response), open (circuit breaker),
   * misconfigured, unconfigured.
   */
  limiter_fallbacks: ["reason"],
  /**
   * Attempts to send a notification, by `channel` (email, webhook) and `outcome`: sent, not_asked
   * (the service was not called), again (not sent, to be retried), never (refused for good),
   * unknown (perhaps sent).
   */
  notifications: ["channel", "outcome"],
  /** Deep health checks, by `check` and `outcome`: ok, failed, skipped. */
  deep_checks: ["check", "outcome"],
  /**
   * Stripe's events whose object had to be fetched again, by `outcome`: fetched; gone (Stripe no
   * longer has the object, so the event is used unchanged); failed (the event is read again later).
   */
  stripe_events_refetched: ["outcome"],
  /**
   * Tokens that models have used, by `model` and `kind`: input, cached_input, output, reasoning.
   */
  ai_tokens: ["model", "kind"],
  /**
   * Usage refused because its event_id was charged with other contents; `from`: request, batch,
   * job.
   */
  usage_conflicts: ["from"],
} as const;

/** The timers with their labels. Each comment names the labels and their values. */
export const TIMERS = {
  /**
   * Attempts to call a database function, by `group` (the first word of the function's name, such
   * as credits) and `outcome`: ok, refused, unavailable, timeout, failed.
   */
  database_call: ["group", "outcome"],
  /**
   * The time from the creation of a job to its end, by `type` and `outcome`: completed, failed,
   * cancelled.
   */
  job: ["type", "outcome"],
  /** The time of one attempt to call an external service, by `service`. */
  outside_call: ["service"],
} as const;

export type CounterName = keyof typeof COUNTERS;
export type TimerName = keyof typeof TIMERS;
