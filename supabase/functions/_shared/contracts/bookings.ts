/** Bookings: money from a buyer to a provider. Amounts are integers in the currency's minor unit. */
import { z } from "@hono/zod-openapi";
import { Currency, CurrencyCode, MAX_AMOUNT, Money } from "./money.ts";
import { NamedUser, text, Uuid } from "./fields.ts";
import { Metadata } from "./metadata.ts";
import { listQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

const Price = Money.openapi({ example: 2500 });

const Status = z.enum([
  "payment_pending",
  "processing",
  "paid",
  "confirmed",
  "completed",
  "payment_failed",
  "cancelled",
]);

export const BookingBody = z.strictObject({
  provider_id: Uuid,
  amount: z.int().min(1).max(MAX_AMOUNT)
    .openapi({ description: "In the currency's minor unit.", example: 2500 }),
  currency: CurrencyCode,
  client_temp_id: text(100).optional(),
  details: Metadata.optional().openapi({
    description: "Details of the booked service; at most 8 KiB.",
  }),
}).openapi("BookingRequest");

const Role = z.enum(["buyer", "provider"]);

export const Booking = z.object({
  booking_id: Uuid,
  role: Role.nullable().openapi({
    description:
      "The role of the caller, or of the listed user. Null if an operator or a secret key reads one " +
      "booking.",
  }),
  provider_id: Uuid,
  status: Status,
  amount: Price,
  currency: Currency,
  application_fee_amount: Price,
  amount_refunded: Price,
  client_temp_id: z.string().nullable(),
  payment_intent_id: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
  created_at: TimestampOut,
  paid_at: TimestampOut.nullable().openapi({
    description: "Also set on a cancelled booking that had been paid; its money is refunded.",
  }),
  confirmed_at: TimestampOut.nullable(),
  completed_at: TimestampOut.nullable(),
  cancelled_at: TimestampOut.nullable(),
}).openapi("Booking");

/**
 * The response that includes the client secret for the payment. Reading the booking does not return
 * the secret.
 */
export const StartedBooking = Booking.extend({
  payment_intent_id: z.string(),
  client_secret: z.string(),
}).openapi("StartedBooking");

export const CancelledBooking = z.object({
  booking_id: Uuid,
  status: z.literal("cancelled"),
  refund: z.object({
    refund_id: Uuid,
    status: z.enum(["pending", "requires_action", "succeeded", "failed", "canceled"]),
    amount: Price,
    currency: z.string(),
  }).nullable().openapi({ description: "The refund, if the booking was paid." }),
}).openapi("CancelledBooking");

export const BookingPath = z.object({ id: Uuid });

export const BookingsQuery = z.strictObject({
  ...listQuery,
  cursor: Uuid.optional(),
  role: Role.optional().openapi({
    description: "Without a role, the bookings of both roles are listed.",
  }),
  status: Status.optional(),
  user_id: NamedUser,
});
