/**
 * What an isolate counts of its own work, and hands to the database now and then: nobody can ask an isolate
 * for its counters, since the next request may reach another.
 */

export interface Metrics {
  /** One answered request. `route` is the pattern, `POST /checkout`; null where no route was found. */
  request(route: string | null, status: number, durationMs: number): void;
  count(name: CounterName, labels?: Labels, by?: number): void;
  time(name: TimerName, labels: Labels, durationMs: number): void;
  /** Calls `look` before each flush: what has a state rather than events, a breaker, counts it then. */
  beforeFlush(look: () => void): void;
}

/** Counts nothing: for what runs outside the functions. */
export const NO_METRICS: Metrics = {
  request: () => {},
  count: () => {},
  time: () => {},
  beforeFlush: () => {},
};

/** Small closed sets: what a caller sends never becomes a label. */
export type Labels = Readonly<Record<string, string>>;

export const COUNTERS = {
  /** status, code: requests refused for who sent them, as core/errors.ts names the reason. */
  auth_failures: ["status", "code"],
  /** service, state: how often a flush found a breaker that is not closed. */
  breaker_not_closed: ["service", "state"],
  /** service, outcome: ok, rejected (it said no to this call), failed, timeout, refused (an open breaker). */
  outside_calls: ["service", "outcome"],
  /** rule, outcome: allowed, soft, blocked. */
  limiter_decisions: ["rule", "outcome"],
  /** reason: slow, down, denied (the token), full, nonsense, open, misconfigured, unconfigured. */
  limiter_fallbacks: ["reason"],
  /** channel: email, webhook; outcome: sent, not_asked, again, never, unknown. */
  notices: ["channel", "outcome"],
  /** check, outcome: ok, failed, skipped. */
  deep_checks: ["check", "outcome"],
  /** outcome: fetched, gone (Stripe has it no more, and it is read as it came), failed (it is read later). */
  stripe_events_refetched: ["outcome"],
  /** model, kind: input, cached_input, output, reasoning. */
  ai_tokens: ["model", "kind"],
  /** from: request, batch, job. */
  usage_conflicts: ["from"],
} as const;

export const TIMERS = {
  /** group: the function's first word (credits, jobs); outcome: ok, refused, unavailable, timeout, failed. */
  database_call: ["group", "outcome"],
  /** type, outcome: completed, failed, cancelled; from when the job was asked for to its end. */
  job: ["type", "outcome"],
  /** service: one attempt. */
  outside_call: ["service"],
} as const;

export type CounterName = keyof typeof COUNTERS;
export type TimerName = keyof typeof TIMERS;
