/** For the operators: a buyer's bank asks about a payment, takes it, gives it back or keeps it. */
import { z } from "@hono/zod-openapi";
import { text, Timestamp, Uuid } from "../../../contracts/common.ts";
import { moment, money } from "../figures.ts";
import { defineTemplate } from "../template.ts";
import { Currency, Money } from "../../../contracts/notification-data.ts";

const SAYS = {
  inquiry: "A bank asks about a payment. Nothing was taken yet; answer in Stripe's dashboard.",
  opened: "A bank disputes a payment. Credits are taken back with the money; answer in time.",
  appealed: "A dispute goes on in appeal. The rest of its credits is frozen; answer in time.",
  prevented: "A dispute was prevented: the buyer is paid, and the credits go with the money.",
  won: "A dispute was won: the credits come back with the money.",
  lost: "A dispute was lost: the money is gone, and its credits were taken back.",
} as const;

export const dispute = defineTemplate(
  z.strictObject({
    dispute_id: text(255),
    phase: z.enum(["inquiry", "opened", "appealed", "prevented", "won", "lost"]),
    order_id: Uuid.nullable(),
    booking_id: Uuid.nullable(),
    amount: Money,
    currency: Currency,
    reason: text(255).nullable(),
    at: Timestamp,
  }),
  ({ dispute_id, phase, order_id, booking_id, amount, currency, reason, at }) => ({
    subject: `Dispute ${phase}: ${money(amount, currency)}`,
    says: [SAYS[phase]],
    facts: [
      ["Amount", money(amount, currency)],
      ...(reason === null ? [] : [["Reason", reason] as const]),
      ["Since", moment(at)],
      ...(order_id === null ? [] : [["Order", order_id] as const]),
      ...(booking_id === null ? [] : [["Booking", booking_id] as const]),
      ["Dispute", dispute_id],
    ],
  }),
);
