/** All pages: their addresses, their places in the menu, and the chunks in which they are loaded. */
import { type ComponentType, lazy } from "react";

export interface ConsolePage {
  /** Behind the `#`, with parameters such as `:id`. */
  readonly path: string;
  /** The name in the menu; a page without one is opened from another page. */
  readonly menu?: string;
  readonly page: ComponentType;
}

export interface Area {
  readonly title: string;
  readonly isForOperators: boolean;
  readonly pages: readonly ConsolePage[];
}

type Module<Name extends string> = { readonly [Key in Name]: ComponentType };

/** A page that is loaded when it is opened first. */
const later = <Name extends string>(load: () => Promise<Module<Name>>, name: Name) =>
  lazy(async () => ({ default: (await load())[name] }));

const buyer = () => import("../buyer/mod.ts");
const customers = () => import("../operator/customers/mod.ts");
const events = () => import("../operator/events/mod.ts");
const alerts = () => import("../operator/alerts/mod.ts");
const operations = () => import("../operator/operations/mod.ts");

export const AREAS: readonly Area[] = [
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
    title: "Operations",
    isForOperators: true,
    pages: [
      { path: "/customers", menu: "Customers", page: later(customers, "CustomersPage") },
      { path: "/customers/:id", page: later(customers, "CustomerPage") },
      { path: "/alerts", menu: "Alerts", page: later(alerts, "AlertsPage") },
      { path: "/alerts/:id", page: later(alerts, "AlertPage") },
      { path: "/events", menu: "Events", page: later(events, "EventsPage") },
      { path: "/events/:id", page: later(events, "EventPage") },
      { path: "/payouts", menu: "Payouts", page: later(operations, "PayoutsPage") },
      { path: "/payouts/:id", page: later(operations, "PayoutPage") },
      { path: "/mismatches", menu: "Mismatches", page: later(operations, "MismatchesPage") },
      { path: "/dead-jobs", menu: "Dead jobs", page: later(operations, "DeadJobsPage") },
      {
        path: "/notifications",
        menu: "Notifications",
        page: later(operations, "NotificationsPage"),
      },
      { path: "/proofs", menu: "Proofs", page: later(operations, "ProofsPage") },
      { path: "/proofs/:id", page: later(operations, "ProofPage") },
      { path: "/tasks", menu: "Scheduled tasks", page: later(operations, "TasksPage") },
    ],
  },
];
