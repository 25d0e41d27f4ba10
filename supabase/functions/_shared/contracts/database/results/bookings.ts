/** Results of the database functions for bookings and for providers' transfers. */
import type * as bookings from "../../bookings.ts";
import type { ErrorBody } from "../../../core/errors.ts";
import type { Finished, Of, Page, Replay } from "./shapes.ts";
import type { RefundToSend } from "./refunds.ts";

export type BookingAnswer = Of<typeof bookings.Booking>;
export type StartedBooking = Of<typeof bookings.StartedBooking>;
export type CancelledBooking = Of<typeof bookings.CancelledBooking>;

/** The fields of a booking that Stripe needs. Amounts are in the currency's minor unit. */
export interface BookingToPay {
  booking_id: string;
  amount: number;
  currency: string;
  application_fee_amount: number;
  /**
   * When the provider gets their share. `payment`: Stripe splits the payment between the provider
   * and us at once. `completed`: we transfer the share after the booking is completed.
   */
  transfer_at: "payment" | "completed";
  stripe_account_id: string;
  /** The installation's id, written into the payment's metadata. */
  mark: string;
}

/**
 * The next step of a booking: return the stored response, create the payment at Stripe, or refuse.
 * `limit` says whose limit is used up; `retry_after` is in seconds.
 */
export type BookingStep =
  | Replay<StartedBooking>
  | { step: "create"; booking: BookingToPay }
  | { step: "refused"; code: "forbidden"; limit: null; retry_after: null }
  | {
    step: "refused";
    code: "velocity_exceeded";
    limit: "buyer" | "provider";
    retry_after: number;
  };

/** A payment to cancel at Stripe. */
export interface PaymentToCancel {
  booking_id: string;
  payment_intent_id: string;
}

/**
 * The next step of a cancellation: return the stored response (`replay`) or the new response
 * (`done`), send a refund, or cancel a payment.
 */
export type CancelStep =
  | {
    step: "replay" | "done";
    status: number;
    replayed: boolean;
    data: CancelledBooking | ErrorBody;
  }
  | { step: "refund"; refund: RefundToSend }
  | ({ step: "cancel_payment" } & PaymentToCancel);

/** A request to Stripe: make a transfer of a provider's share, or reverse such a transfer. */
export interface TransferToMake {
  move_id: string;
  /**
   * `transfer` and `restoration` both send money to the provider: `transfer` takes the money from
   * the buyer's payment, `restoration` takes it from our balance.
   */
  kind: "transfer" | "reversal" | "restoration";
  booking_id: string;
  /** The amount in the currency's minor unit, without our application fee. */
  amount: number;
  currency: string;
  charge_id: string | null;
  stripe_account_id: string | null;
  /**
   * For a reversal: Stripe's id of the earlier `transfer` or `restoration` to reverse, or null to
   * reverse the transfer that Stripe itself made when the buyer paid. For the other kinds: always
   * null.
   */
  transfer_id: string | null;
}

export interface BookingResults {
  bookings_begin: BookingStep;
  /** Finishes the idempotency key and stores the response. */
  bookings_attach: Finished<StartedBooking>;
  /** Frees the idempotency key. With `p_booking_id`, cancels the booking if it has no payment. */
  bookings_abandon: unknown;
  bookings_read: BookingAnswer;
  bookings_list: Page<"bookings", BookingAnswer>;
  bookings_advance: BookingAnswer;
  bookings_cancel: CancelStep;
  /**
   * Cancels the booking after Stripe cancelled its payment, finishes the idempotency key and stores
   * the response. A booking that was paid in the meantime is refunded.
   */
  bookings_cancelled: Finished<CancelledBooking>;
}

export interface TransferResults {
  /**
   * Returns the transfers and reversals that are due. Each is returned again only when its next
   * attempt is due.
   */
  transfers_claim: TransferToMake[];
  /**
   * Stores that Stripe made the transfer or refused it for good. If Stripe did neither, the
   * transfer is attempted again.
   */
  transfers_finish: Record<string, never>;
}
