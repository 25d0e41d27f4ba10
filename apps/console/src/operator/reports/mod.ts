/** The reports about money and about usage, each with its control totals and its CSV. */
export {
  FeesPage,
  JournalPage,
  LiabilitiesPage,
  MetricsPage,
  PayoutReportsPage,
  RevenuePage,
} from "./money-reports.tsx";
export { PayoutPage } from "./payout.tsx";
export { ReportsPage } from "./reports.tsx";
export { ActorsPage, CreditsPage, FunnelPage, KpisPage, UsagePage } from "./usage-reports.tsx";
