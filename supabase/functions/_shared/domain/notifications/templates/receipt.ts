/** Money has come, and credits are there. */
import { ReceiptData } from "../../../contracts/notification-data.ts";
import { moment, money } from "../figures.ts";
import { defineTemplate } from "../template.ts";

export const receipt = defineTemplate(
  ReceiptData,
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
