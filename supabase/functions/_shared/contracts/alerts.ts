/** Alerts for operators, with their states and acknowledgements. */
import { z } from "@hono/zod-openapi";
import { Uuid } from "./fields.ts";
import { listQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

const STATES = ["open", "acknowledged", "resolved"] as const;

export const Alert = z.object({
  id: Uuid,
  rule: z.string().openapi({ example: "webhook_backlog" }),
  subject: z.string().nullable().openapi({
    description:
      "The subject, if the rule can raise several alerts at once: for rule_failed, the name of " +
      "the rule that failed.",
  }),
  severity: z.enum(["critical", "warning"]),
  state: z.enum(STATES).openapi({
    description: "resolved: the figure stayed at or below both `fine_at` and the threshold for " +
      "`resolves_after`. Nobody can resolve an alert by hand.",
  }),
  summary: z.string().openapi({
    example: "3 events from Stripe not applied for more than 15 minutes.",
  }),
  value: z.string().openapi({
    description: "The figure when it was last over the threshold, in the rule's own unit.",
  }),
  threshold: z.string(),
  runbook: z.string().openapi({ example: "docs/runbooks/webhook_backlog.md" }),
  count: z.int().openapi({
    description:
      "The number of evaluations, one a minute, in which the figure was over the threshold.",
  }),
  fired_at: TimestampOut,
  last_seen_at: TimestampOut,
  acknowledged_at: TimestampOut.nullable(),
  acknowledged_by: z.string().nullable().openapi({
    description: "operator:<id> or key:<key's name>.",
  }),
  resolved_at: TimestampOut.nullable(),
}).openapi("Alert");

export const AlertsQuery = z.strictObject({
  ...listQuery,
  cursor: Uuid.optional(),
  state: z.enum(STATES).optional(),
});

export const AlertPath = z.object({ id: Uuid });
