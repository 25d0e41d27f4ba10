/** Credits: balance and history, grants, debits and holds. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { debitCredits } from "./debit-credits.ts";
import { confirmGrant, declineGrant } from "./decide-grant.ts";
import { grantCredits } from "./grant-credits.ts";
import { listEntries } from "./list-entries.ts";
import { openHold } from "./open-hold.ts";
import { readBalance } from "./read-balance.ts";
import { readHold } from "./read-hold.ts";
import { readSpendCap } from "./read-spend-cap.ts";
import { listGrants, readGrant } from "./read-grants.ts";
import { releaseHold } from "./release-hold.ts";
import { setSpendCap } from "./set-spend-cap.ts";
import { settleHold } from "./settle-hold.ts";

const routes = [
  readBalance,
  listEntries,
  grantCredits,
  listGrants,
  readGrant,
  confirmGrant,
  declineGrant,
  debitCredits,
  openHold,
  readHold,
  settleHold,
  releaseHold,
  readSpendCap,
  setSpendCap,
];

export const createApp = (source: ServicesSource) => createFunctionApp("credits", routes, source);

export const app = createApp(servicesFromEnv);
