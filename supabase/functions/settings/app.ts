/** The `settings` function: operators read and change packages, rates and the other settings. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import {
  readAccounting,
  readAlertRules,
  readBlockedDomains,
  readFlags,
  readJournalCodes,
  readPackages,
  readPolicy,
  readRates,
  setAccounting,
  setAlertRules,
  setBlockedDomains,
  setFlags,
  setJournalCodes,
  setPackages,
  setPolicy,
  setRates,
} from "./routes.ts";

export const { app, createApp, declaration } = defineFunction("settings", [
  readPackages,
  setPackages,
  readRates,
  setRates,
  readPolicy,
  setPolicy,
  readAlertRules,
  setAlertRules,
  readFlags,
  setFlags,
  readAccounting,
  setAccounting,
  readJournalCodes,
  setJournalCodes,
  readBlockedDomains,
  setBlockedDomains,
], servicesFromEnv);
