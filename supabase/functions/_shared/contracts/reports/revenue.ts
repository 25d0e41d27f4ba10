/** The report of revenue: sales, money that was returned, and Stripe's fees. */
import { z } from "@hono/zod-openapi";
import { DayOut } from "./report.ts";

/** A sum in minor units; negative if money went out. */
function sum(description: string, example: number) {
  return z.int().openapi({ description: `${description}, in minor units.`, example });
}

const ProductLine = z.enum(["credits", "bookings"]).openapi("ProductLine");

const CurrencyOut = z.string().openapi({ example: "usd" });

export const RevenueRow = z.object({
  day: DayOut,
  product_line: ProductLine,
  currency: CurrencyOut,
  lines: z.int().openapi({ description: "How many money facts the row adds up." }),
  gross: sum("Prices of paid orders or bookings, without tax, before discounts", 2997),
  discounts: sum("Discounts by promotion codes, negative", 0),
  tax: sum("Tax that buyers paid, less the tax in refunds and disputes; owed to the state", 0),
  refunds: sum("Refunds that have not failed, without tax, negative", -350),
  disputes: sum("Money that banks withdrew and did not return, without tax, negative", 0),
  dispute_fees: sum("Stripe's fees for disputes, negative", 0),
  application_fees: sum("Our application fees that Stripe collected for bookings", 0),
  application_fee_refunds: sum("The part of our fees that was refunded, negative", 0),
  transfers: sum("Transfers to providers less their reversals, negative", 0),
  stripe_fees: sum("Stripe's fees that a payout lists, negative", -59),
  stripe_fees_provisional: sum("Stripe's fees that no payout lists yet, negative", -118),
  net: sum("Our revenue, computed as `formulas` says", 2470),
  balance_change: sum(
    "The amount by which the row's money facts changed the balance at Stripe",
    2470,
  ),
  closed: z.boolean().openapi({
    description: "True if the month is closed: the row does not change any more.",
  }),
}).openapi("RevenueRow");
