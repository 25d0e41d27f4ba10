/** The database functions of bookings. */
import type { z } from "@hono/zod-openapi";
import type * as bookings from "../contracts/bookings.ts";
import type { ErrorBody } from "../http/errors.ts";
import type { Fn, Json, Once, Optional } from "./functions.ts";
import type { RefundToSend } from "./refund-functions.ts";

export type BookingAnswer = z.output<typeof bookings.Booking>;
export type StartedBooking = z.output<typeof bookings.StartedBooking>;
export type CancelledBooking = z.output<typeof bookings.CancelledBooking>;

/** What Stripe needs to know of a booking. Amounts in minor units. */
export interface BookingToPay {
  booking_id: string;
  amount: number;
  currency: string;
  application_fee_amount: number;
  /** When the provider gets their share: Stripe divides the payment, or we transfer it in the end. */
  transfer_at: "payment" | "completed";
  stripe_account_id: string;
  /** Written upon the payment. */
  mark: string;
}

interface BeginArgs extends Once {
  p_user_id: string;
  p_provider_id: string;
  p_amount: number;
  p_currency: string;
  p_client_temp_id: Optional<string>;
  p_details: Json;
  p_ip_hash: Optional<string>;
}

/**
 * The next step of a booking: answer with what is stored, make the payment at Stripe, or refuse. `limit`:
 * whose is used up; `retry_after` in seconds.
 */
export type BookingStep =
  | { step: "replay"; status: number; data: StartedBooking | ErrorBody }
  | { step: "create"; booking: BookingToPay }
  | { step: "refused"; code: "forbidden"; limit: null; retry_after: null }
  | {
    step: "refused";
    code: "velocity_exceeded";
    limit: "buyer" | "provider";
    retry_after: number;
  };

interface AttachArgs {
  p_booking_id: string;
  p_payment_intent_id: string;
  p_client_secret: string;
  p_idempotency_key: string;
}

/** A payment that is to be cancelled at Stripe. */
export interface PaymentToCancel {
  booking_id: string;
  payment_intent_id: string;
}

/** The next step of a cancellation: it is over, a refund is to be sent, or a payment to be cancelled. */
export type CancelStep =
  | {
    step: "replay" | "done";
    status: number;
    replayed: boolean;
    data: CancelledBooking | ErrorBody;
  }
  | { step: "refund"; refund: RefundToSend }
  | ({ step: "cancel_payment" } & PaymentToCancel);

interface ListArgs {
  p_user_id: string;
  p_role: Optional<string>;
  p_status: Optional<string>;
  p_before: Optional<string>;
  p_limit: number;
}

interface BookingsPage {
  bookings: BookingAnswer[];
  next_before: string | null;
}

export interface BookingFunctions {
  bookings_begin: Fn<BeginArgs, BookingStep>;
  /** Finishes the idempotency key and stores the answer. */
  bookings_attach: Fn<AttachArgs, { status: number; data: StartedBooking }>;
  /** Frees the key, and gives up the booking where one is named. */
  bookings_abandon: Fn<{ p_idempotency_key: string; p_booking_id: Optional<string> }, unknown>;
  bookings_read: Fn<{ p_user_id: string; p_booking_id: string }, BookingAnswer>;
  bookings_list: Fn<ListArgs, BookingsPage>;
  bookings_advance: Fn<
    { p_user_id: string; p_booking_id: string; p_status: "confirmed" | "completed" },
    BookingAnswer
  >;
  bookings_cancel: Fn<Once & { p_user_id: string; p_booking_id: string }, CancelStep>;
  /** Stripe has answered: finishes the idempotency key and stores the answer. */
  bookings_cancelled: Fn<
    { p_booking_id: string; p_idempotency_key: string },
    { status: number; data: CancelledBooking }
  >;
}
