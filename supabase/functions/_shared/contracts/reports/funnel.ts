/**
 * The report of the sales funnel: for each day, the reads of the packages on sale, the checkouts
 * and the payments.
 */
import { z } from "@hono/zod-openapi";
import { DayOut } from "./report.ts";

const Share = z.string().nullable().openapi({
  description: "A decimal string; null if the denominator is 0.",
  example: "0.25",
});

export const FunnelRow = z.object({
  day: DayOut,
  packages_seen: z.int().nullable().openapi({
    description: "Answers of `GET /checkout/packages`; null for days more than 35 days ago.",
  }),
  checkouts: z.int(),
  buyers: z.int().openapi({ description: "The accounts that paid one of the day's checkouts." }),
  paid: z.int().openapi({
    description:
      "The checkouts that began on this day and were paid with money, on this day or later.",
  }),
  free: z.int().openapi({
    description: "The day's checkouts that a promotion code of 100 % completed without a payment.",
  }),
  paid_share: Share,
  refusals: z.int().openapi({
    description: "Requests refused with `insufficient_credits`, without repeats and batches.",
  }),
  refused_accounts: z.int(),
  purchases_after_refusal: z.int().openapi({
    description: "Refused accounts with an order paid within 7 days after the refusal.",
  }),
  first_purchases_after_refusal: z.int(),
  conversion: Share,
}).openapi("FunnelRow");
