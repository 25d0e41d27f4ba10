/** The suites in the order in which they start. The longest come first. */
import type { Suite } from "../test-tools/suite.ts";
import { catalogue } from "./suites/catalogue.ts";
import { cli } from "./suites/cli.ts";
import { compat } from "./suites/compat.ts";
import { database, databaseSystem } from "./suites/database.ts";
import { deploy } from "./suites/deploy.ts";
import { demo } from "./suites/demo.ts";
import { golive } from "./suites/golive.ts";
import { guest } from "./suites/guest.ts";
import { house } from "./suites/house.ts";
import { faults, http } from "./suites/http.ts";
import { isolates } from "./suites/isolates.ts";
import { live } from "./suites/live.ts";
import { moneyBack } from "./suites/money-back.ts";
import { mutants } from "./suites/mutants.ts";
import {
  ai,
  blocks,
  client,
  consoleApp,
  examples,
  localStack,
  react,
  stripeEmulator,
  thirteenTasks,
} from "./suites/packages.ts";
import { quarter } from "./suites/quarter.ts";
import { unit } from "./suites/unit.ts";

/** In the order in which the suites start: first those that take longest. */
export const suites: Suite[] = [
  http,
  faults,
  golive,
  consoleApp,
  database,
  unit,
  moneyBack,
  localStack,
  deploy,
  house,
  cli,
  quarter,
  isolates,
  databaseSystem,
  stripeEmulator,
  guest,
  demo,
  live,
  client,
  blocks,
  react,
  ai,
  examples,
  thirteenTasks,
  compat,
  catalogue,
  mutants,
];
