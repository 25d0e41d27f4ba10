/** No more automatic top-ups, until the user says so. */
import { z } from "@hono/zod-openapi";
import { defineTemplate } from "../template.ts";

const WHY = {
  failures: "Your saved card failed several times in a row. Save another card to go on.",
  card_gone: "Your saved card is gone. Save another card to go on.",
  refunded: "A top-up was refunded or disputed. Switch top-ups on again when you want them.",
} as const;

export const topUpPaused = defineTemplate(
  z.strictObject({ reason: z.enum(["failures", "card_gone", "refunded"]) }),
  ({ reason }) => ({
    subject: "Your automatic top-ups are paused",
    says: ["We will not charge your card for now.", WHY[reason]],
    facts: [],
  }),
);
