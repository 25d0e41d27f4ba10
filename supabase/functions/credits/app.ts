/** Credits: balance and history, grants, debits and holds. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { debitCredits, readBalance, readSpendCap, setSpendCap } from "./routes.ts";
import { confirmGrant, declineGrant, grantCredits, listGrants, readGrant } from "./grants.ts";
import { listEntries } from "./entries.ts";
import { openHold, readHold, releaseHold, settleHold } from "./holds.ts";

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
