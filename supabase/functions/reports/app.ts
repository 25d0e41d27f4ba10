/** The `reports` function: operators read what was sold, what is owed and who did it. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { reportLiabilities } from "./accounting.ts";
import { reportRevenue } from "./money.ts";
import { reportActors, reportCredits } from "./routes.ts";
import { reportKpis } from "./kpis.ts";
import { reportUsage } from "./usage.ts";

export const { app, createApp } = defineFunction(
  "reports",
  [reportActors, reportCredits, reportLiabilities, reportRevenue, reportUsage, reportKpis],
  servicesFromEnv,
);
