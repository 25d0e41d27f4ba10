/**
 * The name and the help text of each series for Prometheus. docs/reference/health.md has a table of
 * all series with their labels.
 */
import type { CounterName, TimerName } from "./metrics.ts";

export interface Described {
  /**
   * The metric's name without `farthing_`. The name of a counter ends in `_total`, and the name of a timer in
   * `_seconds`.
   */
  readonly name: string;
  readonly help: string;
}

export const COUNTER_HELP: Readonly<Record<CounterName | "ai_spend_usd", Described>> = {
  ai_spend_usd: {
    name: "ai_spend_usd_total",
    help:
      "The providers' price of the counted tokens, in US dollars, by the rates in force at their use.",
  },
  ai_tokens: {
    name: "ai_tokens_total",
    help: "Tokens that models have used, by kind. The kinds do not overlap.",
  },
  auth_failures: {
    name: "auth_failures_total",
    help: "Requests refused for their credential or signature, by status and error code.",
  },
  breaker_not_closed: {
    name: "breaker_not_closed_total",
    help:
      "Circuit breakers that are open or half open. Each process counts its own about every 10 s.",
  },
  deep_checks: { name: "deep_checks_total", help: "Paid checks, by outcome." },
  limiter_decisions: {
    name: "limiter_decisions_total",
    help:
      "Decisions of rate limits, by outcome and rule: the deciding rule and rules beyond soft limits.",
  },
  limiter_fallbacks: {
    name: "limiter_fallbacks_total",
    help: "Requests that a process counted without Redis, by reason.",
  },
  notifications: {
    name: "notifications_total",
    help: "Attempts to send a notification, by channel and outcome.",
  },
  outside_calls: {
    name: "outside_calls_total",
    help: "Attempts to call an external service, by outcome.",
  },
  stripe_events_refetched: {
    name: "stripe_events_refetched_total",
    help:
      "Stripe's events in another API version than ours, by the outcome of fetching their object again.",
  },
  usage_conflicts: {
    name: "usage_conflicts_total",
    help: "Usage refused because its event_id was charged with other contents.",
  },
};

export const TIMER_HELP: Readonly<Record<TimerName, Described>> = {
  database_call: {
    name: "database_call_duration_seconds",
    help:
      "Duration of each attempt to call a database function, by the first word of the function's name.",
  },
  job: {
    name: "job_duration_seconds",
    help: "Time from the creation of a job to its end, for jobs that a runner ended.",
  },
  outside_call: {
    name: "outside_call_duration_seconds",
    help: "Duration of each attempt to call an external service.",
  },
};

/**
 * Values that are read from the database. A value that only grows is a counter (`_total`); every other value
 * is a gauge.
 */
export const FIGURE_HELP: Readonly<Record<string, Described>> = {
  burn_rate: {
    name: "burn_rate",
    help: "How fast an error budget is spent in a window. At 1 the budget lasts 30 days.",
  },
  credits_expired: { name: "credits_expired_total", help: "Credits that expired unspent." },
  credits_given: {
    name: "credits_given_total",
    help: "Credits granted without a payment, by kind.",
  },
  credits_held: { name: "credits_held", help: "Credits reserved by open holds." },
  credits_outstanding: { name: "credits_outstanding", help: "Sum of all balances." },
  credits_reinstated: {
    name: "credits_reinstated_total",
    help: "Credits that were clawed back and then reinstated.",
  },
  credits_sold: { name: "credits_sold_total", help: "Credits sold and their bonuses, by kind." },
  credits_spent: { name: "credits_spent_total", help: "Credits spent, by kind." },
  credits_taken_back: {
    name: "credits_taken_back_total",
    help: "Credits clawed back for refunds and disputes.",
  },
  credits_withdrawn: {
    name: "credits_withdrawn_total",
    help: "Credits removed for any other reason, by kind.",
  },
  database_connections: {
    name: "database_connections",
    help:
      "Connections to the database server, by state; unknown is a state that our role is not allowed to see.",
  },
  database_connections_max: {
    name: "database_connections_max",
    help: "The most connections that the database server accepts.",
  },
  deep_check_age_seconds: {
    name: "deep_check_age_seconds",
    help: "Time since a paid check last ran.",
  },
  deep_check_ok: {
    name: "deep_check_ok",
    help: "1 if the last run of a paid check succeeded, otherwise 0.",
  },
  deep_check_seconds: {
    name: "deep_check_seconds",
    help: "Duration of the last run of a paid check.",
  },
  deep_units_left: {
    name: "deep_units_left",
    help: "The rest of today's budget of paid checks.",
  },
  job_oldest_seconds: {
    name: "job_oldest_seconds",
    help: "How long the oldest due job has waited.",
  },
  jobs: {
    name: "jobs",
    help: "Unfinished jobs, and jobs that ended within the last day, by state.",
  },
  notifications_unsent: {
    name: "notifications_unsent",
    help: "Notifications that are not sent, by state.",
  },
  redis_connections: { name: "redis_connections", help: "Connections to Redis." },
  redis_connections_rejected: {
    name: "redis_connections_rejected_total",
    help: "Connections that Redis refused because it had too many.",
  },
  redis_evicted_keys: {
    name: "redis_evicted_keys_total",
    help:
      "Keys that Redis evicted because its memory was full. Each eviction may have reset a rate limit.",
  },
  redis_keyspace_hits: {
    name: "redis_keyspace_hits_total",
    help: "Key lookups that found a key.",
  },
  redis_keyspace_misses: {
    name: "redis_keyspace_misses_total",
    help: "Key lookups that found no key.",
  },
  redis_memory_max_bytes: {
    name: "redis_memory_max_bytes",
    help: "The most memory that Redis may use; absent if it is unbounded.",
  },
  redis_memory_used_bytes: {
    name: "redis_memory_used_bytes",
    help: "Memory that Redis uses.",
  },
  webhook_events: {
    name: "webhook_events",
    help: "Stripe's events that are not applied, and events of the last day, by state.",
  },
  welcome_requests: {
    name: "welcome_requests",
    help:
      "Requests for welcome credits: those that wait, and those decided in the last 24 hours, by outcome.",
  },
  webhook_oldest_seconds: {
    name: "webhook_oldest_seconds",
    help: "How long the oldest event has waited to be applied.",
  },
};
