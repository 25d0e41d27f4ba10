/** Money goes back to who paid it. */
import { RefundData } from "../../../contracts/notification-data.ts";
import { money } from "../figures.ts";
import { defineTemplate } from "../template.ts";

export const refund = defineTemplate(
  RefundData,
  ({ refund_id, order_id, booking_id, amount, currency, credits_taken_back }) => ({
    subject: `Refund: ${money(amount, currency)}`,
    says: [
      "We have given your payment back, or a part of it. Your bank may take some days to show it.",
    ],
    facts: [
      ["Refunded", money(amount, currency)],
      ...(credits_taken_back === "0" ? [] : [["Credits taken back", credits_taken_back] as const]),
      ...(order_id === null ? [] : [["Order", order_id] as const]),
      ...(booking_id === null ? [] : [["Booking", booking_id] as const]),
      ["Refund", refund_id],
    ],
  }),
);
