/** The report of authors: how many credits each author moved, and what else each author did. */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "../credit-amounts.ts";
import { text } from "../fields.ts";
import { EntryKind } from "../credits.ts";
import { DayOut, ReportQuery } from "./report.ts";

export const ActorsQuery = ReportQuery.extend({
  actor: text(255).optional().openapi({
    description: "Only this author, for example `operator:<user id>` or `key:default`.",
    example: "key:default",
  }),
});

/** An author's action that moves no credits. */
const Action = z.enum([
  "alert_acknowledged",
  "block_added",
  "block_changed",
  "block_lifted",
  "customer_read",
  "event_replayed",
  "grant_confirmed",
  "grant_declined",
  "hold_released",
  "job_cancelled",
  "mismatch_resolved",
  "notification_retried",
  "refund_requested",
  "setting_changed",
  "spend_cap_changed",
  "transfer_settled",
  "warning_cleared",
  "welcome_retried",
]);

export const ActorRow = z.object({
  day: DayOut,
  author_kind: z.enum(["owner", "operator", "key", "stripe", "task", "sql"]),
  author: z.string().openapi({
    description:
      "`stripe` stands for all Stripe events, and for refunds made in Stripe's dashboard.",
    example: "operator:6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d",
  }),
  kind: z.union([EntryKind, Action]).openapi({
    description: "A kind of ledger entry, or another action.",
    example: "refund_requested",
  }),
  source: z.enum(["entries", "refunds", "grants", "holds", "incidents", "customer_reads", "audit"])
    .openapi({
      description: "The table that stores the fact and its author.",
    }),
  count: z.int(),
  credits: SignedAmount.nullable().openapi({
    description: "The credits that the entries moved; null for other actions.",
    example: "50",
  }),
  amount: z.int().nullable().openapi({
    description:
      "The amount of the requested refunds, in the currency's minor unit; null for other actions.",
  }),
  currency: z.string().nullable(),
}).openapi("ActorRow");
