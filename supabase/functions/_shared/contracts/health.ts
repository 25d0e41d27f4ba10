/** Responses of the health endpoints. */
import { z } from "@hono/zod-openapi";
import { TimestampOut } from "./time-fields.ts";

const State = z.enum(["ok", "degraded", "down"]);
export type CheckState = z.output<typeof State>;

export const Live = z.object({ status: z.literal("ok") }).openapi("Live");

/**
 * The response of GET /health/ready. A `degraded` service still serves requests, although a part is
 * unavailable: without Stripe, for example, users can spend credits but not buy them.
 */
export const Ready = z.object({
  status: State,
  checks: z.object({
    database: State,
    jwks: State,
    stripe: State,
    redis: State,
    scheduled_tasks: State.openapi({
      description: "Degraded if no scheduled task has evaluated the alerts for 5 minutes.",
    }),
  }),
}).openapi("Ready");

const Milliseconds = z.number().nullable().openapi({
  description: "Null if there was no request.",
});

const Requests = z.object({
  requests: z.int(),
  /** The number of responses that count as errors of this API: 5xx and 408. */
  errors: z.int(),
  p50_ms: Milliseconds,
  p95_ms: Milliseconds,
  p99_ms: Milliseconds,
});

const Window = z.object({
  all: Requests,
  routes: z.array(Requests.extend({ route: z.string().openapi({ example: "POST /usage" }) })),
});

const Objective = z.enum(["available", "fast"]);

const Slo = z.object({
  core_routes: z.array(z.string()),
  available: z.number(),
  fast: z.number(),
  fast_ms: z.int(),
  budget_days: z.int(),
});

const Burn = z.object({
  slo: Objective,
  long_minutes: z.int(),
  long_burn: z.number(),
  short_minutes: z.int(),
  short_burn: z.number(),
  factor: z.number(),
  burns: z.boolean().openapi({
    description: "true: in both windows the budget is spent at least `factor` times too fast.",
  }),
});

const DeepOutcome = z.object({
  name: z.string(),
  outcome: z.enum(["ok", "failed"]),
  duration_ms: z.int(),
  code: z.string().nullable(),
  checked_at: TimestampOut,
  ok_at: TimestampOut.nullable(),
});

/**
 * The figures of all processes, read from the database. Each process reports its figures to the
 * database every ten seconds.
 */
export const HealthFigures = z.object({
  as_of: TimestampOut,
  slo: Slo,
  windows: z.object({ "5m": Window, "1h": Window, "24h": Window }),
  budget_left: z.record(Objective, z.number()),
  burns: z.array(Burn),
  deep: z.array(DeepOutcome),
});

export const HealthReport = HealthFigures.extend({
  stale: z.boolean().openapi({
    description: "true: the database is unavailable, and this is the last report.",
  }),
}).openapi("HealthReport");

const DeepCheck = z.object({
  name: z.string(),
  outcome: z.enum(["ok", "failed", "skipped"]),
  duration_ms: z.int(),
  code: z.string().nullable().openapi({
    description:
      "The reason why the check failed or was skipped, such as `unconfigured` or `budget_spent`.",
  }),
});

export const DeepReport = z.object({
  checks: z.array(DeepCheck),
  units_left: z.int().openapi({
    description: "Units left of the day's budget, in hundredths of a cent.",
  }),
}).openapi("DeepReport");
