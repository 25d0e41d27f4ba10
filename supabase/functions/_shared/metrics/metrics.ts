/**
 * The metrics of an isolate. It hands them to the database regularly: a collector can't ask an isolate, since
 * its next request may reach another one.
 */

export interface Metrics {
  /** One answered request. `route` is the pattern, `POST /checkout`; null where no route was found. */
  request(route: string | null, status: number, durationMs: number): void;
  count(name: CounterName, labels?: Labels, by?: number): void;
  time(name: TimerName, labels: Labels, durationMs: number): void;
  /**
   * Calls `look` before each flush. A breaker has a state rather than events, so it counts that state then.
   */
  beforeFlush(look: () => void): void;
}

/** Counts nothing: for code that runs outside the functions. */
export const NO_METRICS: Metrics = {
  request: () => {},
  count: () => {},
  time: () => {},
  beforeFlush: () => {},
};

/** Small closed sets: a value that a caller sends never becomes a label. */
export type Labels = Readonly<Record<string, string>>;

export const COUNTERS = {
  /** status, code: requests refused for their credentials, with the reason as core/errors.ts names it. */
  auth_failures: ["status", "code"],
  /** service, state: how often a flush found a breaker that is not closed. */
  breaker_not_closed: ["service", "state"],
  /** service, outcome: ok, rejected (it refused this call), failed, timeout, refused (by an open breaker). */
  outside_calls: ["service", "outcome"],
  /** rule, outcome: allowed, soft, blocked. */
  limiter_decisions: ["rule", "outcome"],
  /** reason: slow, down, denied (the token), full, `nonsense`, open, misconfigured, unconfigured. */
  limiter_fallbacks: ["reason"],
  /** channel: email, webhook; outcome: sent, not_asked, again, never, unknown. */
  notices: ["channel", "outcome"],
  /** check, outcome: ok, failed, skipped. */
  deep_checks: ["check", "outcome"],
  /**
   * outcome: fetched, gone (Stripe no longer has the object, so the event is read as it came), failed (it is
   * read later).
   */
  stripe_events_refetched: ["outcome"],
  /** model, kind: input, cached_input, output, reasoning. */
  ai_tokens: ["model", "kind"],
  /** from: request, batch, job. */
  usage_conflicts: ["from"],
} as const;

export const TIMERS = {
  /** group: the function's first word (credits, jobs); outcome: ok, refused, unavailable, timeout, failed. */
  database_call: ["group", "outcome"],
  /** type, outcome: completed, failed, cancelled; from the request for the job to its end. */
  job: ["type", "outcome"],
  /** service: one attempt. */
  outside_call: ["service"],
} as const;

export type CounterName = keyof typeof COUNTERS;
export type TimerName = keyof typeof TIMERS;
