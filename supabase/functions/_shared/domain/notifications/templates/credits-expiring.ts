/** Credits that are lost if nobody uses them (T23). */
import { CreditsExpiringData } from "../../../contracts/notification-data.ts";
import { moment } from "../figures.ts";
import { defineTemplate } from "../template.ts";

export const creditsExpiring = defineTemplate(
  CreditsExpiringData,
  ({ credits, expires_at, days }) => ({
    subject: days <= 1 ? "Credits of yours expire within a day" : "Credits of yours expire soon",
    says: ["Use these credits before they expire: afterwards they are gone."],
    facts: [["Credits", credits], ["Expire", moment(expires_at)]],
  }),
);
