/** Money has come, and credits are there. */
import { z } from "@hono/zod-openapi";
import { Amount, AmountOrZero, text, Timestamp, Uuid } from "../../../contracts/common.ts";
import { moment, money } from "../figures.ts";
import { Currency, defineTemplate, Money } from "../template.ts";

export const receipt = defineTemplate(
  z.strictObject({
    order_id: Uuid,
    kind: z.enum(["package", "top_up"]),
    package_name: text(200).nullable().openapi({ description: "Null for a top-up." }),
    amount: Money,
    currency: Currency,
    credits: Amount,
    bonus_credits: AmountOrZero,
    paid_at: Timestamp,
  }).openapi("ReceiptData"),
  ({ order_id, package_name, amount, currency, credits, bonus_credits, paid_at }) => ({
    subject: `Receipt: ${money(amount, currency)}`,
    says: ["Thank you. Your payment has arrived, and your credits are ready to be used."],
    facts: [
      ["Bought", package_name ?? "Automatic top-up"],
      ["Paid", money(amount, currency)],
      ["Credits", credits],
      ...(bonus_credits === "0" ? [] : [["Bonus credits", bonus_credits] as const]),
      ["Date", moment(paid_at)],
      ["Order", order_id],
    ],
  }),
);
