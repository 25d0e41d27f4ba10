/** The `credits` function: balance, entries, grants, welcome credits, debits, holds and spend caps. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listEntries } from "./entries.ts";
import { confirmGrant, declineGrant, grantCredits, listGrants, readGrant } from "./grants.ts";
import { openHold, readHold, releaseHold, settleHold } from "./holds.ts";
import { debitCredits, readBalance, readSpendCap, setSpendCap } from "./routes.ts";
import { listWelcomeGrants, retryWelcomeGrant, retryWelcomeGrants } from "./welcome-grants.ts";

export const { app, createApp, declaration } = defineFunction("credits", [
  readBalance,
  listEntries,
  grantCredits,
  listGrants,
  readGrant,
  confirmGrant,
  declineGrant,
  listWelcomeGrants,
  retryWelcomeGrant,
  retryWelcomeGrants,
  debitCredits,
  openHold,
  readHold,
  settleHold,
  releaseHold,
  readSpendCap,
  setSpendCap,
], servicesFromEnv);
