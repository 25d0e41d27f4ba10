/** All pages: their addresses, their places in the menu, and the chunks in which they are loaded. */
import { type ComponentType, lazy } from "react";

export interface ConsolePage {
  /** The path behind the `#`, with parameters such as `:id`. */
  readonly path: string;
  /** The name in the menu. A page without this name is opened from another page. */
  readonly menu?: string;
  readonly page: ComponentType;
}

export interface Area {
  readonly title: string;
  readonly isForOperators: boolean;
  readonly pages: readonly ConsolePage[];
}

type Module<Name extends string> = { readonly [Key in Name]: ComponentType };

/** A page that is loaded when it is opened for the first time. */
const later = <Name extends string>(load: () => Promise<Module<Name>>, name: Name) =>
  lazy(async () => ({ default: (await load())[name] }));

const buyer = () => import("../buyer/mod.ts");
const overview = () => import("../operator/overview/mod.ts");
const customers = () => import("../operator/customers/mod.ts");
const events = () => import("../operator/events/mod.ts");
const alerts = () => import("../operator/alerts/mod.ts");
const operations = () => import("../operator/operations/mod.ts");
const money = () => import("../operator/money/mod.ts");
const reports = () => import("../operator/reports/mod.ts");
const health = () => import("../operator/health/mod.ts");
const settings = () => import("../operator/settings/mod.ts");
const security = () => import("../operator/security/mod.ts");

const AREAS: readonly Area[] = [
  {
    title: "My account",
    isForOperators: false,
    pages: [
      { path: "/", menu: "Balance", page: later(buyer, "BalancePage") },
      { path: "/buy", menu: "Buy", page: later(buyer, "BuyPage") },
      { path: "/history", menu: "History", page: later(buyer, "HistoryPage") },
      { path: "/orders", menu: "Orders", page: later(buyer, "OrdersPage") },
      { path: "/top-ups", menu: "Top-ups and cap", page: later(buyer, "TopUpsPage") },
      { path: "/jobs", menu: "Jobs", page: later(buyer, "JobsPage") },
      { path: "/jobs/:id", page: later(buyer, "JobPage") },
      { path: "/chat", menu: "Chat", page: later(buyer, "ChatPage") },
    ],
  },
  {
    title: "Customers",
    isForOperators: true,
    pages: [
      { path: "/overview", menu: "Overview", page: later(overview, "OverviewPage") },
      { path: "/customers", menu: "Customers", page: later(customers, "CustomersPage") },
      { path: "/customers/:id", page: later(customers, "CustomerPage") },
      { path: "/customers/:id/:list", page: later(customers, "CustomerListPage") },
      { path: "/orders/:id", page: later(customers, "OrderPage") },
      { path: "/grants", menu: "Grants", page: later(money, "GrantsPage") },
      { path: "/grants/:id", page: later(money, "GrantPage") },
      { path: "/welcome-credits", menu: "Welcome credits", page: later(money, "WelcomePage") },
      { path: "/blocks", menu: "Blocks", page: later(money, "BlocksPage") },
      { path: "/fraud-warnings", menu: "Fraud warnings", page: later(money, "WarningsPage") },
      { path: "/fraud-decisions", menu: "Fraud decisions", page: later(money, "DecisionsPage") },
    ],
  },
  {
    title: "Money",
    isForOperators: true,
    pages: [
      { path: "/reports", menu: "Reports", page: later(reports, "ReportsPage") },
      { path: "/reports/revenue", page: later(reports, "RevenuePage") },
      { path: "/reports/metrics", page: later(reports, "MetricsPage") },
      { path: "/reports/payouts", page: later(reports, "PayoutReportsPage") },
      { path: "/reports/fees", page: later(reports, "FeesPage") },
      { path: "/reports/liabilities", page: later(reports, "LiabilitiesPage") },
      { path: "/reports/usage", page: later(reports, "UsagePage") },
      { path: "/reports/credits", page: later(reports, "CreditsPage") },
      { path: "/reports/funnel", page: later(reports, "FunnelPage") },
      { path: "/reports/kpis", page: later(reports, "KpisPage") },
      { path: "/reports/actors", page: later(reports, "ActorsPage") },
      { path: "/reports/journal", page: later(reports, "JournalPage") },
      { path: "/payouts", menu: "Payouts", page: later(operations, "PayoutsPage") },
      { path: "/payouts/:id", page: later(reports, "PayoutPage") },
      { path: "/mismatches", menu: "Mismatches", page: later(operations, "MismatchesPage") },
      { path: "/refunds", menu: "Refunds", page: later(money, "RefundsPage") },
      { path: "/refunds/:id", page: later(money, "RefundPage") },
      { path: "/disputes", menu: "Disputes", page: later(money, "DisputesPage") },
      { path: "/disputes/:id", page: later(money, "DisputePage") },
      { path: "/proofs", menu: "Proofs", page: later(operations, "ProofsPage") },
      { path: "/proofs/:id", page: later(operations, "ProofPage") },
    ],
  },
  {
    title: "Service",
    isForOperators: true,
    pages: [
      { path: "/alerts", menu: "Alerts", page: later(alerts, "AlertsPage") },
      { path: "/alerts/:id", page: later(alerts, "AlertPage") },
      { path: "/events", menu: "Events", page: later(events, "EventsPage") },
      { path: "/events/:id", page: later(events, "EventPage") },
      { path: "/dead-jobs", menu: "Dead-lettered jobs", page: later(operations, "DeadJobsPage") },
      {
        path: "/notifications",
        menu: "Notifications",
        page: later(operations, "NotificationsPage"),
      },
      { path: "/tasks", menu: "Scheduled tasks", page: later(operations, "TasksPage") },
      { path: "/health", menu: "Health", page: later(health, "HealthPage") },
      { path: "/limits", menu: "Limits and Redis", page: later(health, "LimitsPage") },
      { path: "/settings", menu: "Settings", page: later(settings, "SettingsPage") },
      { path: "/settings/packages", page: later(settings, "PackagesPage") },
      { path: "/settings/rates", page: later(settings, "RatesPage") },
      { path: "/settings/policy", page: later(settings, "PolicyPage") },
      { path: "/settings/flags", page: later(settings, "FlagsPage") },
      { path: "/settings/alerts", page: later(settings, "AlertRulesPage") },
      { path: "/settings/accounting", page: later(settings, "AccountingPage") },
      { path: "/settings/journal-codes", page: later(settings, "JournalCodesPage") },
      { path: "/settings/blocked-domains", page: later(settings, "BlockedDomainsPage") },
      { path: "/settings/fraud", page: later(settings, "FraudPage") },
    ],
  },
  // For operators only: only their changes can require a second factor, so a buyer's second factor
  // would protect nothing.
  {
    title: "My sign-in",
    isForOperators: true,
    pages: [{ path: "/security", menu: "Security", page: later(security, "SecurityPage") }],
  },
];

/** The areas that the person may open. */
export const areasOf = (isOperator: boolean): readonly Area[] =>
  AREAS.filter(({ isForOperators }) => isOperator || !isForOperators);
