/** The reports of payouts, and of the lines of one payout. */
import { z } from "@hono/zod-openapi";
import { TimestampOut } from "../time-fields.ts";
import { DayOut, reportOf, ReportQuery } from "./report.ts";

const Money = z.int().openapi({ description: "Minor units.", example: 940 });
const Currency = z.string().openapi({ example: "usd" });

export const PayoutRow = z.object({
  day: DayOut,
  payout_id: z.string().openapi({ example: "po_1QX" }),
  currency: Currency,
  amount: Money,
  lines: z.int().openapi({ description: "The number of balance transactions in the payout." }),
  sum: Money.openapi({ description: "The sum of the lines' net amounts, in minor units." }),
  difference: Money.nullable().openapi({
    description: "amount - sum; null while no lines are known.",
  }),
  fees: Money.openapi({ description: "Stripe's fees in the lines, negative, in minor units." }),
  automatic: z.boolean(),
  status: z.string().openapi({ description: "Stripe's status.", example: "paid" }),
  itemised: z.enum(["listed", "assigned", "advance"]).nullable().openapi({
    description:
      "`listed`: Stripe listed the lines. `assigned`: Stripe does not list the lines of " +
      "a manual payout, so the oldest available transactions were assigned to it. `advance`: " +
      "Stripe listed this manual payout and its transactions in the list of an automatic payout.",
  }),
  mismatches: z.int().openapi({
    description: "Open differences between our records and Stripe's.",
  }),
  made_at: TimestampOut,
  arrives_at: TimestampOut,
}).openapi("PayoutRow");

const id = z.string().nullable();

const PayoutLine = z.object({
  balance_transaction_id: z.string(),
  created_utc: TimestampOut,
  available_on: TimestampOut.nullable(),
  currency: Currency,
  gross: Money,
  fee: Money.openapi({ description: "Stripe's fee, in minor units." }),
  net: Money,
  reporting_category: z.string().openapi({ example: "charge" }),
  source_id: id,
  description: id.openapi({ description: "Stripe's text; null for charges and refunds." }),
  customer_facing_amount: Money.nullable(),
  customer_facing_currency: Currency.nullable(),
  charge_id: id,
  payment_intent_id: id,
  refund_id: id,
  dispute_id: id,
  order_id: id,
  booking_id: id,
  account_id: z.int().nullable(),
  payout_id: z.string(),
  payout_effective_at: TimestampOut,
  matched: z.boolean().nullable().openapi({
    description: "Whether our record agrees; null if we have no record of the money.",
  }),
  mismatch: z.enum(["unknown", "differs"]).nullable(),
  difference: Money.nullable().openapi({
    description: "Stripe's amount less our record's, in minor units of the customer's currency.",
  }),
}).openapi("PayoutLine");

export const PayoutReport = reportOf(PayoutLine).extend({
  payout: PayoutRow,
  mismatches: z.array(z.object({
    mismatch_id: z.string(),
    kind: z.string().openapi({ example: "charge_differs" }),
    subject: z.string(),
    ours: z.string().nullable(),
    theirs: z.string().nullable(),
    found_at: TimestampOut,
  })),
});

export const PayoutPath = z.object({
  id: z.string().regex(/^po_[A-Za-z0-9_]{1,252}$/, "Send the id of a payout, such as po_1QX."),
});

export const PayoutQuery = ReportQuery.omit({ from: true, to: true });
