/** An automatic top-up brought no money. */
import { TopUpFailedData } from "../../../contracts/notification-data.ts";
import { moment, money } from "../figures.ts";
import { defineTemplate } from "../template.ts";

export const topUpFailed = defineTemplate(
  TopUpFailedData,
  ({ order_id, amount, currency, failure_code, paused, next_attempt_at }) => ({
    subject: "Your automatic top-up failed",
    says: [
      "We could not charge your saved card, so no credits were added.",
      paused
        ? "After several failures in a row, top-ups are paused. Save another card to go on."
        : "We will try again.",
    ],
    facts: [
      ["Amount", money(amount, currency)],
      ["Reason", failure_code],
      ...(next_attempt_at === null
        ? []
        : [["Next attempt, at the earliest", moment(next_attempt_at)] as const]),
      ["Order", order_id],
    ],
  }),
);
