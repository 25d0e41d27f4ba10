/** The responses of the runners' endpoints: what one run has done. */
import { z } from "@hono/zod-openapi";

const Count = z.int().min(0);

export const JobRunnerReport = z.object({
  claimed: Count,
  completed: Count,
  failed: Count.openapi({ description: "Jobs that failed for good." }),
  released: Count.openapi({
    description:
      "Jobs that are queued again: another run continues them, or attempts them again later.",
  }),
}).openapi("RunnerReport");

export const NotificationRunnerReport = z.object({
  sent: z.int(),
  failed: z.int().openapi({
    description:
      "Notifications that were not sent, or whose outcome is unknown; some are attempted again.",
  }),
}).openapi("NotificationRunnerReport");

export const PaymentRunnerReport = z.object({
  refunds_sent: z.int(),
  refunds_failed: z.int(),
  transfers_made: z.int().openapi({
    description:
      "Transfers of delayed shares to providers, reversals of shares, and transfers of " +
      "reinstated shares.",
  }),
  transfers_failed: z.int(),
  top_ups_charged: z.int(),
  top_ups_failed: z.int(),
  welcome_granted: z.int().openapi({ description: "New users who got welcome credits." }),
  cards_updated: z.int().openapi({
    description: "Saved cards that were read, and removed cards that were detached.",
  }),
  cards_failed: z.int(),
  payouts_reconciled: z.int().openapi({ description: "Payouts compared with our records." }),
  payouts_failed: z.int(),
  transactions_listed: z.int().openapi({
    description: "Balance transactions that Stripe listed; some may have been listed before.",
  }),
  balance_failed: z.int().openapi({
    description: "1 if the list of balance transactions could not be fetched to its end.",
  }),
  events_backfilled: z.int().openapi({
    description: "Events that Stripe listed and the inbox did not have.",
  }),
  events_unreadable: z.int().openapi({
    description: "Events whose object Stripe did not return; they are fetched again later.",
  }),
  sessions_read: z.int().openapi({
    description: "Sessions of paid orders that were read because their event had not arrived.",
  }),
  sessions_failed: z.int(),
}).openapi("PaymentRunnerReport");
