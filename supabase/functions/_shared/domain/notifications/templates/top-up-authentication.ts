/** The bank wants its customer to confirm a top-up. */
import { z } from "@hono/zod-openapi";
import { Timestamp, Uuid } from "../../../contracts/common.ts";
import { moment, money } from "../figures.ts";
import { defineTemplate } from "../template.ts";
import { Currency, Money } from "../../../contracts/notification-data.ts";

export const topUpAuthentication = defineTemplate(
  z.strictObject({
    order_id: Uuid,
    amount: Money,
    currency: Currency,
    url: z.url({ protocol: /^https?$/ }).max(2_048),
    expires_at: Timestamp,
  }),
  ({ order_id, amount, currency, url, expires_at }) => ({
    subject: "Your bank wants you to confirm a top-up",
    says: ["Your bank did not let us charge your card without you. No credits were added yet."],
    facts: [["Amount", money(amount, currency)], ["Until", moment(expires_at)], [
      "Order",
      order_id,
    ]],
    link: { label: "Confirm and pay", url },
  }),
);
