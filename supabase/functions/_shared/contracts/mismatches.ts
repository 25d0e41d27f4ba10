/** Differences between our records and Stripe's payouts. Money is an integer in minor units. */
import { z } from "@hono/zod-openapi";
import { text, Uuid } from "./fields.ts";
import { listQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

const Kind = z.enum([
  "payout_sum",
  "charge_unknown",
  "charge_differs",
  "refund_unknown",
  "refund_differs",
  "dispute_unknown",
  "dispute_differs",
  "fee_unknown",
  "fee_differs",
  "never_listed",
  "never_paid_out",
]);

const Record = z.string().nullable().openapi({
  description: "Amount, currency and state; null if there is no such record.",
  example: "999 usd paid",
});

const Amount = z.int().nullable().openapi({ description: "In the currency's minor unit." });

export const Mismatch = z.object({
  mismatch_id: Uuid,
  kind: Kind,
  state: z.enum(["open", "resolved"]),
  subject: z.string().openapi({
    description: "Stripe's id of the object, or of the payment that was never paid out.",
  }),
  payout_id: z.string().nullable(),
  transaction_id: z.string().nullable().openapi({
    description: "The payout's line: Stripe's balance transaction.",
  }),
  order_id: Uuid.nullable(),
  booking_id: Uuid.nullable(),
  refund_id: Uuid.nullable(),
  dispute_id: z.string().nullable(),
  user_id: Uuid.nullable(),
  ours: Record,
  theirs: Record,
  ours_amount: Amount,
  theirs_amount: Amount,
  currency: z.string().nullable().openapi({ description: "Null if the currencies differ." }),
  difference: Amount.openapi({
    description: "theirs_amount less ours_amount, if both are in one currency.",
  }),
  found_at: TimestampOut,
  seen_at: TimestampOut.openapi({ description: "When the difference was last found." }),
  resolved_at: TimestampOut.nullable(),
  resolved_by: z.string().nullable().openapi({
    description: "operator:<id> or key:<name>; null if open, or if both sides agree again.",
  }),
  reason: z.string().nullable(),
}).openapi("Mismatch");

export const MismatchesQuery = z.strictObject({
  ...listQuery,
  cursor: Uuid.optional(),
  state: z.enum(["open", "resolved", "all"]).default("open"),
  kind: Kind.optional(),
  payout_id: text(255).optional(),
  user_id: Uuid.optional(),
});

export const MismatchPath = z.object({ id: Uuid });

export const ResolveBody = z.strictObject({ reason: text(500) }).openapi("ResolveRequest");
