/** Credits that are lost if nobody uses them (T23). */
import { z } from "@hono/zod-openapi";
import { Amount, Timestamp } from "../../../contracts/common.ts";
import { moment } from "../figures.ts";
import { defineTemplate } from "../template.ts";

export const creditsExpiring = defineTemplate(
  z.strictObject({
    credits: Amount,
    expires_at: Timestamp,
    days: z.int().min(0).max(366).openapi({
      description: "The number of days within which they expire.",
      example: 7,
    }),
  }).openapi("CreditsExpiringData"),
  ({ credits, expires_at, days }) => ({
    subject: days <= 1 ? "Credits of yours expire within a day" : "Credits of yours expire soon",
    says: ["Use these credits before they expire: afterwards they are gone."],
    facts: [["Credits", credits], ["Expire", moment(expires_at)]],
  }),
);
