/** The report of credits: granted and used credits, grouped by the source of their lot. */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "../credit-amounts.ts";
import { DayOut } from "./report.ts";

function credits(description: string) {
  return SignedAmount.openapi({ description, example: "50" });
}

export const CreditRow = z.object({
  day: DayOut,
  source: z.enum(["promotional", "adjustment", "bonus", "paid", "debt"]).openapi({
    description:
      "The source of the lots. `debt`: credits that were used or clawed back although no lot had " +
      "them, less the debt that lots paid.",
  }),
  opening: credits("Credits that were left before the day; in a total, before the first day."),
  granted: credits("Credits that came in."),
  used: credits("Credits charged for usage, debits and settled holds."),
  debt_paid: credits("Credits of lots that paid debt; negative in the rows of `debt`."),
  expired: credits("Credits that expired, or that a deleted user left."),
  clawed_back: credits("Credits that refunds and disputes clawed back, less the reinstated ones."),
  closing: credits("Credits that are left at the end of the day; at most 0 in the rows of `debt`."),
}).openapi("CreditRow");
