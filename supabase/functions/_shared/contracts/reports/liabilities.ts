/** The report of liabilities: the roll-forward of deferred revenue. */
import { z } from "@hono/zod-openapi";

function money(description: string) {
  return z.int().openapi({ description: `${description} In minor units.`, example: 999 });
}

const ProofOut = z.int().nullable();

export const LiabilityRow = z.object({
  month: z.string().openapi({ description: "A month, in UTC.", example: "2026-11" }),
  currency: z.string().openapi({ example: "usd" }),
  product_line: z.literal("credits"),
  opening: money("Deferred revenue before the month; in a total, before the first month."),
  purchases: money("The prices of credits that were sold."),
  used: money("The part of the prices that was used: revenue."),
  breakage: money("The part that expired, or that deleted users left: revenue."),
  refunded: money("The part that refunds clawed back, less what failed refunds reinstated."),
  clawed_back: money("The part that disputes clawed back, less what won disputes reinstated."),
  adjustments: money("Always 0, because granted credits have no price."),
  closing: money("Deferred revenue after the month."),
  proof: ProofOut.openapi({
    description:
      "The worth of the remaining credits of all lots; null for every month except the last.",
    example: 999,
  }),
  difference: ProofOut.openapi({ description: "closing - proof", example: 0 }),
}).openapi("LiabilityRow");
