/** The suites, in the order they begin, two at a time: the longest first, beside it the quick ones. */
import type { Suite } from "./suite.ts";
import { catalogue } from "./suites/catalogue.ts";
import { cli } from "./suites/cli.ts";
import { compat } from "./suites/compat.ts";
import { database, databaseSystem } from "./suites/database.ts";
import { deploy } from "./suites/deploy.ts";
import { demo } from "./suites/demo.ts";
import { guest } from "./suites/guest.ts";
import { house } from "./suites/house.ts";
import { http } from "./suites/http.ts";
import { isolates } from "./suites/isolates.ts";
import { moneyBack } from "./suites/money-back.ts";
import { mutants } from "./suites/mutants.ts";
import { localStack, stripeEmulator } from "./suites/packages.ts";
import { unit } from "./suites/unit.ts";

export const suites: Suite[] = [
  http,
  unit,
  localStack,
  moneyBack,
  isolates,
  database,
  databaseSystem,
  catalogue,
  house,
  stripeEmulator,
  cli,
  guest,
  demo,
  compat,
  deploy,
  mutants,
];
