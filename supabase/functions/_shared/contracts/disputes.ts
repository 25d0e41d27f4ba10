/** Disputes, for operators. Money is an integer in the currency's minor unit; credits are text. */
import { z } from "@hono/zod-openapi";
import { Currency, Money } from "./money.ts";
import { SignedAmount } from "./credit-amounts.ts";
import { text, Uuid } from "./fields.ts";
import { listQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

const Movement = z.object({
  transaction_id: z.string().openapi({ description: "Stripe's balance transaction." }),
  amount: Money.openapi({ description: "Negative if withdrawn, positive if reinstated." }),
  fee: Money,
  currency: Currency,
  created_at: TimestampOut,
});

export const Dispute = z.object({
  dispute_id: z.string().openapi({ description: "Stripe's id.", example: "du_1Pqr" }),
  status: z.string().openapi({
    description: "Stripe's own status. Stripe may add statuses later.",
    example: "needs_response",
  }),
  is_open: z.boolean().openapi({
    description: "true: the bank has not decided the dispute, or its appeal, yet.",
  }),
  reason: z.string().nullable(),
  case_type: z.string().nullable(),
  evidence_due_by: TimestampOut.nullable().openapi({
    description: "The time until which Stripe's dashboard accepts evidence.",
  }),
  amount: Money.openapi({ description: "The disputed amount. It can exceed the payment." }),
  currency: Currency,
  order_id: Uuid.nullable(),
  booking_id: Uuid.nullable(),
  user_id: Uuid.nullable().openapi({ description: "The buyer; null if the user was deleted." }),
  credits_taken_back: SignedAmount.openapi({
    description:
      "Credits that this dispute's events clawed back, less those that they reinstated. Negative if " +
      "they reinstated what another dispute had clawed back.",
  }),
  movements: z.array(Movement),
  created_at: TimestampOut,
  updated_at: TimestampOut,
}).openapi("Dispute");

export const DisputesQuery = z.strictObject({
  ...listQuery,
  status: text(64).optional(),
  order_id: Uuid.optional(),
  user_id: Uuid.optional().openapi({ description: "The buyer." }),
});

export const DisputePath = z.object({ id: text(255) });
