/** The `reports` function: operators read what was sold, what is owed, and who moved credits. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { reportJournal, reportLiabilities } from "./accounting.ts";
import { reportMetrics, reportPayouts, reportRevenue } from "./money.ts";
import { reportPayout } from "./payout.ts";
import { reportActors, reportCredits } from "./routes.ts";
import { reportFunnel } from "./funnel.ts";
import { reportKpis } from "./kpis.ts";
import { reportUsage } from "./usage.ts";

export const { app, createApp, declaration } = defineFunction(
  "reports",
  [
    reportActors,
    reportCredits,
    reportLiabilities,
    reportJournal,
    reportRevenue,
    reportMetrics,
    reportPayouts,
    reportPayout,
    reportUsage,
    reportKpis,
    reportFunnel,
  ],
  servicesFromEnv,
);
