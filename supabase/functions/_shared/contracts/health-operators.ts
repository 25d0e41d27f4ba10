/** Responses of the health endpoints for operators: scheduled tasks, and metrics by the hour. */
import { z } from "@hono/zod-openapi";
import { TimestampOut } from "./time-fields.ts";

const SqlError = z.string().openapi({
  description: "A SQLSTATE, or session_lost.",
  example: "55P03",
});

const Task = z.object({
  task: z.string().openapi({ example: "expire_credits" }),
  enabled: z.boolean(),
  every_seconds: z.int(),
  next_due_at: TimestampOut,
  started_at: TimestampOut.nullable().openapi({
    description: "The start of a run that has not ended.",
  }),
  last_run_at: TimestampOut.nullable(),
  last_ok_at: TimestampOut.nullable(),
  last_ms: z.int().nullable(),
  last_count: z.int().nullable().openapi({ description: "The number of items of the last run." }),
  failures: z.int().openapi({ description: "The number of failures in a row." }),
  last_error: SqlError.nullable(),
}).openapi("ScheduledTask");

export const Tasks = z.object({
  as_of: TimestampOut,
  ran_at: TimestampOut.nullable().openapi({
    description: "When the database last looked for due tasks.",
  }),
  silent_seconds: z.int().openapi({
    description: "The time for which the runner has started no task.",
  }),
  tasks: z.array(Task),
  failures: z.array(z.object({
    task: z.string(),
    failed_at: TimestampOut,
    error: SqlError,
    took_ms: z.int().nullable(),
  })).openapi({ description: "The newest 50 failures of the last week." }),
  parked: z.array(z.object({
    task: z.string(),
    kind: z.string().openapi({ example: "hold" }),
    id: z.string(),
    attempts: z.int(),
    error: SqlError,
    parked_at: TimestampOut,
    next_attempt_at: TimestampOut,
  })).openapi({ description: "The oldest 100 items that a task could not finish." }),
}).openapi("ScheduledTasks");

/** The metrics that are stored hour by hour. Their labels contain no users and no addresses. */
const Metric = z.enum([
  "outside_calls",
  "outside_call",
  "auth_failures",
  "limiter_decisions",
  "limiter_fallbacks",
  "job",
]);

/**
 * Metrics by hour are stored for 35 days, which are 840 hours. Metrics by minute are stored for 25
 * hours.
 */
const MAX_HOURS = 840;

export const HoursQuery = z.strictObject({
  name: Metric.openapi({
    description: "outside_calls: requests to external services by outcome; outside_call: their " +
      "durations; auth_failures: refused credentials by reason; limiter_decisions: " +
      "decisions of rate limits, by rule and outcome (allowed, soft, blocked); limiter_fallbacks: " +
      "requests that a process counted without Redis, by reason; job: the time from a job's " +
      "creation to its end.",
  }),
  service: z.string().regex(/^[a-z_]{1,40}$/, "service must be a name such as ai.").optional(),
  hours: z.string().regex(/^[1-9]\d{0,2}$/, `hours must be a whole number from 1 to ${MAX_HOURS}.`)
    .transform(Number)
    .refine((value) => value <= MAX_HOURS, `hours must be a whole number from 1 to ${MAX_HOURS}.`)
    .default(24)
    .openapi({ type: "integer", minimum: 1, maximum: MAX_HOURS, default: 24 }),
});

export const Hours = z.object({
  as_of: TimestampOut,
  name: Metric,
  rows: z.array(z.object({
    hour: TimestampOut,
    labels: z.record(z.string(), z.string()).openapi({
      example: { service: "ai", outcome: "timeout" },
    }),
    count: z.number(),
    p95_ms: z.number().nullable().openapi({ description: "Null for a metric without durations." }),
  })),
}).openapi("HealthHours");

/** The current values of all figures. Their labels contain no users and no addresses. */
export const Figures = z.object({
  as_of: TimestampOut,
  figures: z.array(z.object({
    name: z.string().openapi({
      description: "The name in `GET /health/metrics`, without `farthing_` and `_total`.",
      example: "redis_memory_used_bytes",
    }),
    labels: z.record(z.string(), z.string()).openapi({ example: { state: "queued" } }),
    value: z.string().openapi({ description: "A decimal string.", example: "1048576" }),
  })),
}).openapi("HealthFigures");
