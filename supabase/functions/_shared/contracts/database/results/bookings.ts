/** Results of the functions of bookings, and those of the transfers that providers get. */
import type * as bookings from "../../bookings.ts";
import type { ErrorBody } from "../../../core/errors.ts";
import type { Finished, Of, Page, Replay } from "./shapes.ts";
import type { RefundToSend } from "./refunds.ts";

export type BookingAnswer = Of<typeof bookings.Booking>;
export type StartedBooking = Of<typeof bookings.StartedBooking>;
export type CancelledBooking = Of<typeof bookings.CancelledBooking>;

/** The fields that Stripe needs of a booking. Amounts in minor units. */
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

/**
 * The next step of a booking: answer with what is stored, make the payment at Stripe, or refuse. `limit`:
 * whose is used up; `retry_after` in seconds.
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

/** A move of a provider's share of a booking that Stripe is to make. */
export interface TransferToMake {
  move_id: string;
  /** transfer: out of the charge; restoration: out of our balance. */
  kind: "transfer" | "reversal" | "restoration";
  booking_id: string;
  /** In minor units, without our fee. */
  amount: number;
  currency: string;
  charge_id: string | null;
  stripe_account_id: string | null;
  /** The transfer to reverse; null: that of the charge itself. */
  transfer_id: string | null;
}

export interface BookingResults {
  bookings_begin: BookingStep;
  /** Finishes the idempotency key and stores the answer. */
  bookings_attach: Finished<StartedBooking>;
  /** Frees the key, and gives up the booking where one is named. */
  bookings_abandon: unknown;
  bookings_read: BookingAnswer;
  bookings_list: Page<"bookings", BookingAnswer>;
  bookings_advance: BookingAnswer;
  bookings_cancel: CancelStep;
  /** Stripe has answered: finishes the idempotency key and stores the answer. */
  bookings_cancelled: Finished<CancelledBooking>;
}

export interface TransferResults {
  /** Moves that are due and that nobody makes; each is given out once until its next time comes. */
  transfers_claim: TransferToMake[];
  /** Made, refused for good, or not answered: then it is asked for again. */
  transfers_finish: Record<string, never>;
}
