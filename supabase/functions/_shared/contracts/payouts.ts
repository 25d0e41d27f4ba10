/** Stripe's payouts to our bank, for operators. Money is an integer in the currency's minor unit. */
import { z } from "@hono/zod-openapi";
import { Currency } from "./money.ts";
import { text } from "./fields.ts";
import { listQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";
import { Mismatch } from "./mismatches.ts";

const Sum = z.int().openapi({ description: "In the payout's currency, in its minor unit." });

export const Payout = z.object({
  payout_id: z.string().openapi({ description: "Stripe's id.", example: "po_1Pqr" }),
  status: z.string().openapi({ description: "In Stripe's words.", example: "paid" }),
  amount: Sum.openapi({ description: "Negative if Stripe debits the bank account." }),
  currency: Currency,
  automatic: z.boolean().openapi({ description: "true: made by Stripe's own schedule." }),
  made_at: TimestampOut,
  arrives_at: TimestampOut.openapi({ description: "Stripe's arrival date." }),
  failure_code: z.string().nullable(),
  reconciliation: z.enum(["not_applicable", "in_progress", "reconciled", "mismatched"]).openapi({
    description:
      "not_applicable: Stripe lists no transactions of a manual payout; in_progress: the payout's " +
      "list has not been compared yet; mismatched: the payout has open mismatches.",
  }),
  ours: z.int().nullable().openapi({ description: "How many of the payout's lines are ours." }),
  not_ours: z.int().nullable().openapi({
    description: "How many of the payout's lines belong to another app on this Stripe account.",
  }),
  open_mismatches: z.int(),
  listed_at: TimestampOut.nullable(),
  reconciled_at: TimestampOut.nullable(),
}).openapi("Payout");

const Lines = z.object({
  kind: z.enum([
    "charge",
    "refund",
    "dispute",
    "fee",
    "fee_refund",
    "transfer",
    "transfer_reversal",
    "payout",
    "other",
  ]),
  count: z.int(),
  amount: Sum,
  fee: Sum,
  net: Sum,
});

export const PayoutWithLines = Payout.extend({
  lines: z.array(Lines).openapi({ description: "The sums of the payout's lines by kind." }),
  mismatches: z.array(Mismatch).openapi({ description: "The newest 100 open mismatches." }),
}).openapi("PayoutWithLines");

export const PayoutsQuery = z.strictObject({ ...listQuery, status: text(64).optional() });

export const PayoutPath = z.object({ id: text(255) });
