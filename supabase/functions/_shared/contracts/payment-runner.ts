/** What a run of the payments' runner did. */
import { z } from "@hono/zod-openapi";

export const PaymentRunnerReport = z.object({
  refunds_sent: z.int(),
  refunds_failed: z.int(),
  transfers_made: z.int().openapi({
    description:
      "Reversals of providers' shares by disputes, and transfers of what was reinstated.",
  }),
  transfers_failed: z.int(),
  top_ups_charged: z.int(),
  top_ups_failed: z.int(),
  payouts_reconciled: z.int().openapi({ description: "Payouts compared with our records." }),
  payouts_failed: z.int(),
  events_backfilled: z.int().openapi({
    description: "Events that Stripe had and the inbox had not.",
  }),
  events_unreadable: z.int().openapi({
    description: "Events whose object Stripe did not return; they are fetched again later.",
  }),
}).openapi("PaymentRunnerReport");
