import type { WelcomeGrant } from "@farthing/client";

/** The reasons for which welcome credits are refused. */
export const REFUSALS: readonly NonNullable<WelcomeGrant["refused_as"]>[] = [
  "off",
  "user_deleted",
  "no_email",
  "email_known",
  "domain_blocked",
  "day_ceiling",
];
