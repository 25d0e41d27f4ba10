/** Every route of the API with one request that succeeds, for tests that apply to all routes. */
import { createApp as createAi } from "../../../../supabase/functions/ai/app.ts";
import { createApp as createAlerts } from "../../../../supabase/functions/alerts/app.ts";
import { createApp as createBookings } from "../../../../supabase/functions/bookings/app.ts";
import { createApp as createCheckout } from "../../../../supabase/functions/checkout/app.ts";
import { createApp as createCredits } from "../../../../supabase/functions/credits/app.ts";
import { createApp as createCustomers } from "../../../../supabase/functions/customers/app.ts";
import { createApp as createDisputes } from "../../../../supabase/functions/disputes/app.ts";
import { createApp as createMismatches } from "../../../../supabase/functions/mismatches/app.ts";
import { createApp as createNotifications } from "../../../../supabase/functions/notifications/app.ts";
import { createApp as createPayouts } from "../../../../supabase/functions/payouts/app.ts";
import { createApp as createProofs } from "../../../../supabase/functions/proofs/app.ts";
import { createApp as createFeatures } from "../../../../supabase/functions/features/app.ts";
import { createApp as createFraud } from "../../../../supabase/functions/fraud/app.ts";
import { createApp as createHealth } from "../../../../supabase/functions/health/app.ts";
import { createApp as createJobs } from "../../../../supabase/functions/jobs/app.ts";
import { createApp as createProviders } from "../../../../supabase/functions/providers/app.ts";
import { createApp as createRunner } from "../../../../supabase/functions/job-runner/app.ts";
import { createApp as createNotifier } from "../../../../supabase/functions/notification-runner/app.ts";
import { createApp as createPaymentRunner } from "../../../../supabase/functions/payment-runner/app.ts";
import { createApp as createRefunds } from "../../../../supabase/functions/refunds/app.ts";
import { createApp as createReports } from "../../../../supabase/functions/reports/app.ts";
import { createApp as createSendNotification } from "../../../../supabase/functions/send-notification/app.ts";
import { createApp as createSettings } from "../../../../supabase/functions/settings/app.ts";
import { createApp as createWebhook } from "../../../../supabase/functions/stripe-webhook/app.ts";
import { createApp as createTopUps } from "../../../../supabase/functions/top-ups/app.ts";
import { createApp as createUsage } from "../../../../supabase/functions/usage/app.ts";
import { createApp as createWebhookEvents } from "../../../../supabase/functions/webhook-events/app.ts";
import { ALERT_CASES } from "./alerts.ts";
import { BOOKING_CASES } from "./bookings.ts";
import { CHAT_CASES } from "./chats.ts";
import { CUSTOMER_CASES } from "./customers.ts";
import type { Fake } from "../fakes/services.ts";
import { FRAUD_CASES } from "./fraud.ts";
import { GRANT_CASES } from "./grants.ts";
import { HEALTH_CASES } from "./health.ts";
import { INBOX_CASES } from "./inbox.ts";
import { LIST_CASES } from "./lists.ts";
import { JOB_CASES } from "./jobs.ts";
import { NOTIFICATION_CASES } from "./notifications.ts";
import { PUBLISHABLE_KEY, SECRET_KEY, USER_ID } from "../project.ts";
import { REFUND_CASES } from "./refunds.ts";
import { REPORT_CASES } from "./reports.ts";
import { SETTING_CASES } from "./settings.ts";
import { HOLD_ID, ORDER_ID } from "../samples/database.ts";
import { TOP_UP_CASES } from "./top-ups.ts";
import { USAGE_CASES } from "./usage.ts";

/**
 * The role of the caller. `operator` is a user whose token has the operator's role, and was issued
 * after the user verified a second factor.
 */
export type Role = "nobody" | "publishable" | "user" | "operator" | "secret";

export interface RouteCase {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly allowed: readonly Role[];
  readonly status: number;
  /** The role that sends this case's request. The other roles in `allowed` may send the request, too. */
  readonly as: Role;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly isIdempotent?: boolean;
  /**
   * True if the Idempotency-Key is optional. Without a key, the request is identified by its
   * content.
   */
  readonly isKeyOptional?: boolean;
  /** True if the route accepts a body of up to 1 MiB. */
  readonly hasLargeBody?: boolean;
  /** True if the response is a file, or JSON without the API's envelope. */
  readonly isFile?: boolean;
  /** The body field in which a caller with a secret key names the user, if the route requires a user. */
  readonly userField?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The database functions that the request calls. */
  readonly reaches: readonly string[];
}

const EVERYONE = ["nobody", "publishable", "user", "operator", "secret"] as const;
const PERSON = ["user", "operator"] as const;

const money = { method: "POST", allowed: ["secret"], as: "secret", isIdempotent: true } as const;
const open = { method: "GET", allowed: EVERYONE, as: "nobody", status: 200 } as const;
const own = { method: "GET", allowed: PERSON, as: "user", status: 200 } as const;

const read = { ...own, allowed: [...PERSON, "secret"] } as const;

const CREDITS: RouteCase[] = [
  { ...read, path: "/credits", reaches: ["credits_balance"] },
  { ...read, path: "/credits/entries", reaches: ["credits_entries"] },
  {
    ...money,
    path: "/credits/debits",
    status: 201,
    body: { user_id: USER_ID, amount: "10.5", reason: "an image" },
    reaches: ["credits_debit"],
  },
  {
    ...money,
    path: "/credits/holds",
    status: 201,
    body: { user_id: USER_ID, amount: "50" },
    reaches: ["holds_open"],
  },
  { ...read, path: `/credits/holds/${HOLD_ID}`, reaches: ["holds_read"] },
  {
    ...money,
    path: `/credits/holds/${HOLD_ID}/settle`,
    status: 200,
    body: { amount: "40" },
    reaches: ["holds_settle"],
  },
  { ...money, path: `/credits/holds/${HOLD_ID}/release`, status: 200, reaches: ["holds_release"] },
];

const CHECKOUT: RouteCase[] = [
  { ...open, path: "/checkout/packages", reaches: ["checkout_packages"] },
  {
    method: "POST",
    path: "/checkout",
    allowed: PERSON,
    as: "user",
    isIdempotent: true,
    status: 201,
    body: { package_id: "starter" },
    reaches: ["checkout_begin", "checkout_attach"],
  },
  { ...read, path: "/checkout/orders", reaches: ["checkout_orders"] },
  { ...read, path: `/checkout/orders/${ORDER_ID}`, reaches: ["checkout_order"] },
];

export const ROUTE_CASES: readonly RouteCase[] = [
  ...CREDITS,
  ...GRANT_CASES,
  ...USAGE_CASES,
  ...CHECKOUT,
  ...CHAT_CASES,
  ...JOB_CASES,
  ...BOOKING_CASES,
  ...REFUND_CASES,
  ...TOP_UP_CASES,
  ...INBOX_CASES,
  ...LIST_CASES,
  ...ALERT_CASES,
  ...FRAUD_CASES,
  ...NOTIFICATION_CASES,
  {
    method: "POST",
    path: "/stripe-webhook",
    allowed: EVERYONE,
    as: "nobody",
    status: 200,
    body: {},
    headers: { "stripe-signature": "good" },
    reaches: ["inbox_receive"],
  },
  { ...open, path: "/features", reaches: ["features_read"] },
  {
    method: "POST",
    path: "/features/b2b",
    allowed: ["operator", "secret"],
    as: "operator",
    status: 200,
    body: { state: "percentage", percentage: 12.5 },
    reaches: ["features_set"],
  },
  ...HEALTH_CASES,
  ...REPORT_CASES,
  ...CUSTOMER_CASES,
  ...SETTING_CASES,
];

const CREATE: Readonly<Record<string, typeof createUsage>> = {
  "ai": createAi,
  "alerts": createAlerts,
  "bookings": createBookings,
  "checkout": createCheckout,
  "credits": createCredits,
  "features": createFeatures,
  "fraud": createFraud,
  "health": createHealth,
  "job-runner": createRunner,
  "jobs": createJobs,
  "notification-runner": createNotifier,
  "payment-runner": createPaymentRunner,
  "refunds": createRefunds,
  "providers": createProviders,
  "reports": createReports,
  "customers": createCustomers,
  "disputes": createDisputes,
  "mismatches": createMismatches,
  "notifications": createNotifications,
  "payouts": createPayouts,
  "proofs": createProofs,
  "send-notification": createSendNotification,
  "settings": createSettings,
  "stripe-webhook": createWebhook,
  "top-ups": createTopUps,
  "usage": createUsage,
  "webhook-events": createWebhookEvents,
};

/** Returns the headers of a request that this role sends. */
export async function headersOf(role: Role, fake: Fake): Promise<Record<string, string>> {
  if (role === "nobody") return {};
  if (role === "publishable") return { apikey: PUBLISHABLE_KEY };
  if (role === "secret") return { apikey: SECRET_KEY };
  const claims = role === "operator" ? { app_metadata: { role: "operator" }, aal: "aal2" } : {};
  const token = await fake.project.sign({ claims });
  return { apikey: PUBLISHABLE_KEY, authorization: `Bearer ${token}` };
}

export interface RequestParts {
  readonly as?: Role;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request to the app that serves the request's path. A body of text or bytes is sent unchanged. */
export async function send(fake: Fake, method: string, path: string, sent: RequestParts = {}) {
  const name = path.split(/[/?]/)[1] ?? "";
  const app = CREATE[name]!(fake.source);
  const headers = new Headers(await headersOf(sent.as ?? "nobody", fake));
  const { body } = sent;
  if (body !== undefined) headers.set("content-type", "application/json");
  for (const [header, value] of Object.entries(sent.headers ?? {})) headers.set(header, value);
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = isRaw ? body as BodyInit : JSON.stringify(body);
  return await app.request(path, init);
}

/** Paths whose GET request concerns one user. A caller with a secret key must name the user. */
export const OF_A_USER = [
  "/credits",
  "/credits/entries",
  "/credits/spend-cap",
  "/checkout/orders",
  "/jobs",
  "/bookings",
  "/top-ups",
];

/** Sends the request of a case, with the test's changes to the request. */
export async function sendCase(fake: Fake, route: RouteCase, changes: RequestParts = {}) {
  const headers = {
    ...route.headers,
    ...(route.isIdempotent ? { "idempotency-key": "key-1" } : {}),
    ...changes.headers,
  };
  // A user's request concerns the user's own account. A back end must name the user in the request.
  const as = changes.as ?? route.as;
  const isNamed = route.userField !== undefined || OF_A_USER.includes(route.path);
  const mustSay = as === "secret" && isNamed;
  const isRead = route.method === "GET";
  const path = mustSay && isRead ? `${route.path}?user_id=${USER_ID}` : route.path;
  const own = mustSay && !isRead
    ? { ...route.body, [route.userField ?? "user_id"]: USER_ID }
    : route.body;
  const body = changes.body ?? own;
  return await send(fake, route.method, path, { as, headers, ...(body && { body }) });
}
