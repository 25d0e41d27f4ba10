/** The templates of emails to buyers: receipts, refunds and bookings. */
import {
  BookingCancelledData,
  BookingReceiptData,
  ReceiptData,
  RefundData,
} from "../../contracts/notifications.ts";
import { defineTemplate, optional } from "./define-template.ts";

/** The credits are available: a payment has arrived, or a promotion code left nothing to pay. */
export const receipt = defineTemplate(
  ReceiptData,
  (
    { order_id, package_name, amount, currency, credits, bonus_credits, paid_at },
    { say: { receipt: say, references }, ...format },
  ) => ({
    subject: say.subject(format.money(amount, currency)),
    heading: say.heading,
    figure: format.money(amount, currency),
    sentences: [amount === 0 ? say.free : say.sentence],
    facts: [
      [say.bought, package_name ?? say.topUp],
      [say.paid, format.money(amount, currency)],
      [say.credits, format.credits(credits)],
      ...optional(say.bonusCredits, bonus_credits === "0" ? null : format.credits(bonus_credits)),
      [say.date, format.moment(paid_at)],
    ],
    references: [[references.order, order_id]],
  }),
);

/** Money is refunded to the person who paid. */
export const refund = defineTemplate(
  RefundData,
  (
    { refund_id, order_id, booking_id, amount, currency, credits_taken_back },
    { say: { refund: say, references }, ...format },
  ) => ({
    subject: say.subject(format.money(amount, currency)),
    heading: say.heading,
    figure: format.money(amount, currency),
    sentences: [say.sentence],
    facts: [
      [say.refunded, format.money(amount, currency)],
      ...optional(
        say.creditsRemoved,
        credits_taken_back === "0" ? null : format.credits(credits_taken_back),
      ),
    ],
    references: [
      ...optional(references.order, order_id),
      ...optional(references.booking, booking_id),
      [references.refund, refund_id],
    ],
  }),
);

/**
 * A booking is paid. The buyer's email leaves out the fee, which concerns only the provider and the platform.
 */
export const bookingReceipt = defineTemplate(
  BookingReceiptData,
  (
    { booking_id, title, amount, currency, paid_at },
    { say: { bookingReceipt: say, references }, ...format },
  ) => ({
    subject: say.subject(format.money(amount, currency)),
    heading: say.heading,
    figure: format.money(amount, currency),
    sentences: [say.sentence],
    facts: [
      ...optional(say.booked, title),
      [say.paid, format.money(amount, currency)],
      [say.date, format.moment(paid_at)],
    ],
    references: [[references.booking, booking_id]],
  }),
);

/** A booking is cancelled: by either party, or because its payment was cancelled. */
export const bookingCancelled = defineTemplate(
  BookingCancelledData,
  (
    { booking_id, title, amount, currency, payment, refund_amount, cancelled_at },
    { say: { bookingCancelled: say, references }, ...format },
  ) => ({
    subject: say.subject,
    heading: say.heading,
    sentences: {
      none: [say.notCharged],
      in_transit: [say.inTransit],
      // The bank has the money of a disputed payment, so there may be nothing to refund. Then the
      // email announces no refund.
      paid: refund_amount === 0 ? [] : [say.refunding],
      refunded: [say.refunded],
    }[payment],
    facts: [
      ...optional(say.booked, title),
      [say.price, format.money(amount, currency)],
      ...optional(say.refund, refund_amount === 0 ? null : format.money(refund_amount, currency)),
      [say.date, format.moment(cancelled_at)],
    ],
    references: [[references.booking, booking_id]],
  }),
);
