/**
 * The name and the help text of each series for Prometheus. docs/reference/health.md explains how to
 * react to each.
 */
import type { CounterName, TimerName } from "./metrics.ts";

export interface Described {
  /**
   * The metric's name without `farthing_`. The name of a counter ends in `_total`, that of a timer
   * in `_seconds`.
   */
  readonly name: string;
  readonly help: string;
}

export const COUNTER_HELP: Readonly<Record<CounterName | "ai_spend_usd", Described>> = {
  ai_spend_usd: {
    name: "ai_spend_usd_total",
    help: "Cost of the counted tokens at the provider, in US dollars, by the rates then in force.",
  },
  ai_tokens: {
    name: "ai_tokens_total",
    help: "Tokens that models have used, by kind; kinds are disjoint.",
  },
  auth_failures: {
    name: "auth_failures_total",
    help: "Requests refused for their credential or signature, by status and error code.",
  },
  breaker_not_closed: {
    name: "breaker_not_closed_total",
    help:
      "How often a process found its breaker of a service open or half open, every ten seconds or so.",
  },
  deep_checks: { name: "deep_checks_total", help: "Paid checks, by how they went." },
  limiter_decisions: {
    name: "limiter_decisions_total",
    help: "Limited requests, by the rule that was nearest to its end and what it decided.",
  },
  limiter_fallbacks: {
    name: "limiter_fallbacks_total",
    help: "Requests that a process counted alone, since Redis was of no use, by why.",
  },
  notifications: {
    name: "notifications_total",
    help: "Attempts to send a notification, by channel and outcome.",
  },
  outside_calls: { name: "outside_calls_total", help: "Attempts at services that are not ours." },
  stripe_events_refetched: {
    name: "stripe_events_refetched_total",
    help:
      "Stripe's events in another API version than ours, by how fetching their object anew went.",
  },
  usage_conflicts: {
    name: "usage_conflicts_total",
    help: "Usage refused because its event_id was charged with other contents.",
  },
};

export const TIMER_HELP: Readonly<Record<TimerName, Described>> = {
  database_call: {
    name: "database_call_duration_seconds",
    help: "How long attempts at database functions took, by the first word of their names.",
  },
  job: {
    name: "job_duration_seconds",
    help: "How long jobs took that a runner saw end, from when they were asked for.",
  },
  outside_call: {
    name: "outside_call_duration_seconds",
    help: "How long attempts at services that are not ours took.",
  },
};

/**
 * Figures that the database reads. A figure that only grows is a counter (`_total`); every other
 * figure is a gauge.
 */
export const FIGURE_HELP: Readonly<Record<string, Described>> = {
  burn_rate: {
    name: "burn_rate",
    help: "How fast an error budget is spent in a window; at 1 it lasts its 30 days.",
  },
  credits_expired: { name: "credits_expired_total", help: "Credits that expired unspent." },
  credits_given: { name: "credits_given_total", help: "Credits given for nothing, by kind." },
  credits_held: { name: "credits_held", help: "Credits that open holds keep." },
  credits_outstanding: { name: "credits_outstanding", help: "Credits that users have." },
  credits_reinstated: {
    name: "credits_reinstated_total",
    help: "Credits that were clawed back and then reinstated.",
  },
  credits_sold: { name: "credits_sold_total", help: "Credits sold, their bonus apart, by kind." },
  credits_spent: { name: "credits_spent_total", help: "Credits spent, by kind." },
  credits_taken_back: {
    name: "credits_taken_back_total",
    help: "Credits clawed back for refunds and disputes.",
  },
  credits_withdrawn: { name: "credits_withdrawn_total", help: "Credits withdrawn otherwise." },
  database_connections: {
    name: "database_connections",
    help: "Connections to the database server, by state; unknown is what our role may not see.",
  },
  database_connections_max: {
    name: "database_connections_max",
    help: "How many connections the database server takes.",
  },
  deep_check_age_seconds: {
    name: "deep_check_age_seconds",
    help: "How long ago a paid check last ran.",
  },
  deep_check_ok: { name: "deep_check_ok", help: "1 where a paid check last went well, else 0." },
  deep_check_seconds: { name: "deep_check_seconds", help: "How long a paid check last took." },
  deep_units_left: {
    name: "deep_units_left",
    help: "The rest of today's budget of paid checks.",
  },
  job_oldest_seconds: {
    name: "job_oldest_seconds",
    help: "For how long the oldest job waits that could run.",
  },
  jobs: { name: "jobs", help: "Jobs that are not done, and those that ended within a day." },
  notifications_unsent: {
    name: "notifications_unsent",
    help: "Notifications that were not sent, by state.",
  },
  redis_connections: { name: "redis_connections", help: "Connections to Redis." },
  redis_connections_rejected: {
    name: "redis_connections_rejected_total",
    help: "Connections that Redis refused because it had too many.",
  },
  redis_evicted_keys: {
    name: "redis_evicted_keys_total",
    help: "Keys that Redis forgot for want of memory; each may be a limit that was lifted.",
  },
  redis_keyspace_hits: {
    name: "redis_keyspace_hits_total",
    help: "Keys that Redis looked up and had.",
  },
  redis_keyspace_misses: {
    name: "redis_keyspace_misses_total",
    help: "Keys that Redis looked up and did not have.",
  },
  redis_memory_max_bytes: {
    name: "redis_memory_max_bytes",
    help: "How much memory Redis may use; absent where it has no bound.",
  },
  redis_memory_used_bytes: {
    name: "redis_memory_used_bytes",
    help: "How much memory Redis uses.",
  },
  webhook_events: {
    name: "webhook_events",
    help: "Stripe's events that are not applied, and those that were within a day, by state.",
  },
  webhook_oldest_seconds: {
    name: "webhook_oldest_seconds",
    help: "For how long the oldest event waits to be applied.",
  },
};
