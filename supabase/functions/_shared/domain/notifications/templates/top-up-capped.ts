/** The month's cap of automatic top-ups is used up. */
import { z } from "@hono/zod-openapi";
import { money } from "../figures.ts";
import { defineTemplate } from "../template.ts";
import { Currency, Money } from "../../../contracts/notification-data.ts";

export const topUpCapped = defineTemplate(
  z.strictObject({ monthly_cap: Money, currency: Currency }),
  ({ monthly_cap, currency }) => ({
    subject: "Your automatic top-ups have reached this month's limit",
    says: ["Until next month we will not charge your card again, unless you raise the limit."],
    facts: [["Monthly limit", money(monthly_cap, currency)]],
  }),
);
