/** The journal: money and deferred revenue in double entry. */
import { z } from "@hono/zod-openapi";
import { DayOut } from "./report.ts";

const Side = z.int().openapi({
  description: "In minor units; 0 if the row is on the other side of the entry.",
  example: 999,
});

export const JournalRow = z.object({
  day: DayOut,
  entry_id: z.string().openapi({
    description: "The entry, which has one row that debits and one that credits.",
    example: "2026-11-21 usd credits charge",
  }),
  account: z.enum([
    "stripe_balance",
    "unapplied_payments",
    "deferred_revenue",
    "provider_payable",
    "credit_revenue",
    "breakage_revenue",
    "application_fees",
    "refunds",
    "disputes",
    "stripe_fees",
    "tax_payable",
    "discounts",
  ]),
  account_code: z.string().openapi({
    description: "The account's code in the operator's bookkeeping.",
    example: "1010",
  }),
  debit: Side,
  credit: Side,
  currency: z.string().openapi({ example: "usd" }),
  memo: z.string().openapi({ example: "2 x charge of credits" }),
  source_id: z.string().nullable().openapi({
    description:
      "Stripe's id of the fact; null if the entry sums up several facts, or if its fact has no id " +
      "at Stripe.",
    example: "pi_3Q8",
  }),
}).openapi("JournalRow");
