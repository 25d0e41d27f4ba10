/** Refunds. Money is an integer in the currency's minor unit; credits are decimal strings. */
import { z } from "@hono/zod-openapi";
import { Currency, Money } from "./money.ts";
import { SignedAmount } from "./credit-amounts.ts";
import { text, Uuid } from "./fields.ts";
import { listQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

const MAX_AMOUNT = 999_999_999_999;

/** A refund request. Without `amount`, everything that is not yet refunded is refunded. */
export const RefundBody = z.strictObject({
  order_id: Uuid.optional(),
  booking_id: Uuid.optional(),
  amount: z.int().min(1).max(MAX_AMOUNT).optional().openapi({
    description: "In the currency's minor unit. Leave `amount` out to refund all that is left.",
  }),
  reason: text(500).optional(),
  dry_run: z.boolean().default(false).openapi({
    description:
      "true returns what the refund would change, and changes nothing: Stripe is not asked, and the " +
      "Idempotency-Key is not used up.",
  }),
}).refine((body) => (body.order_id === undefined) !== (body.booking_id === undefined), {
  message: "Send either order_id or booking_id.",
  path: ["order_id"],
}).openapi("RefundRequest", { description: "Send either order_id or booking_id." });

const RefundStatus = z.enum(["pending", "requires_action", "succeeded", "failed", "canceled"]);

export const Refund = z.object({
  refund_id: Uuid,
  order_id: Uuid.nullable(),
  booking_id: Uuid.nullable(),
  status: RefundStatus.openapi({
    description: "pending until Stripe's event has arrived; only the event moves credits.",
  }),
  amount: Money,
  currency: Currency,
  reason: z.string().nullable(),
  requested_by: z.string().openapi({
    description:
      "operator:<id> or key:<key's name>; `stripe` if the refund began in Stripe's dashboard; " +
      "`owner` if the buyer cancelled the booking; `provider` if the provider cancelled it.",
  }),
  credits_taken_back: SignedAmount,
  debt_added: SignedAmount.openapi({
    description: "The part of the clawback that became debt, since its credits were already spent.",
  }),
  stripe_refund_id: z.string().nullable(),
  failure_reason: z.string().nullable(),
  created_at: TimestampOut,
  updated_at: TimestampOut,
}).openapi("Refund");

/** The response to the dry run of a refund. */
export const RefundPreview = z.object({
  dry_run: z.literal(true),
  order_id: Uuid.nullable(),
  booking_id: Uuid.nullable(),
  amount: Money,
  currency: Currency,
  refundable_after: z.int().openapi({
    description: "The amount that could still be refunded after this refund.",
    example: 0,
  }),
  credits_taken_back: SignedAmount,
  debt_added: SignedAmount.openapi({
    description:
      "The part of the clawback that would become debt, since its credits are spent or held.",
  }),
}).openapi("RefundPreview");

export const RefundsQuery = z.strictObject({
  ...listQuery,
  cursor: Uuid.optional(),
  order_id: Uuid.optional(),
  booking_id: Uuid.optional(),
  user_id: Uuid.optional().openapi({
    description: "The buyer of the refunded orders and bookings.",
  }),
  status: RefundStatus.optional(),
});

export const RefundPath = z.object({ id: Uuid });
