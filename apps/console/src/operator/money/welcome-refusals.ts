import type { WelcomeGrant } from "@farthing/client";

/** The limits that refuse welcome credits. */
export const REFUSALS: readonly NonNullable<WelcomeGrant["refused_as"]>[] = [
  "off",
  "user_deleted",
  "no_email",
  "email_known",
  "domain_blocked",
  "day_ceiling",
];
