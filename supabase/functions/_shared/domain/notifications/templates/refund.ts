/** Money goes back to who paid it. */
import { z } from "@hono/zod-openapi";
import { AmountOrZero, Uuid } from "../../../contracts/common.ts";
import { money } from "../figures.ts";
import { Currency, defineTemplate, Money } from "../template.ts";

export const refund = defineTemplate(
  z.strictObject({
    refund_id: Uuid,
    order_id: Uuid.nullable(),
    booking_id: Uuid.nullable(),
    amount: Money,
    currency: Currency,
    credits_taken_back: AmountOrZero,
  }).openapi("RefundData"),
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
