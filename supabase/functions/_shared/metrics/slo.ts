/**
 * The service level objective of the core routes, and the rates at which its error budget burns too
 * fast. SQL uses the same numbers in farthing.slo() and farthing.burn_windows();
 * tests/health/metrics.test.ts compares the two.
 */

/**
 * The core routes: the endpoints of the ledger, of usage and of notifications, and Stripe's
 * webhook. They work mainly with the database. Routes that wait for Stripe or for a model are left
 * out.
 */
const CORE_ROUTES = [
  "GET /credits",
  "POST /credits/debits",
  "POST /credits/holds",
  "POST /credits/holds/{id}/release",
  "POST /credits/holds/{id}/settle",
  "POST /send-notification",
  "POST /stripe-webhook",
  "POST /usage",
  "POST /usage/estimate",
] as const;

/**
 * The windows are from Google's SRE workbook, chapter 5, table 5-8. At a rate of 1, the error
 * budget lasts exactly `budget_days`. The budget burns too fast if both windows show a higher rate
 * than `factor`. The long window shows that the loss is large, and the short window shows that the
 * loss continues.
 */
const BURN_WINDOWS = [
  { long_minutes: 60, short_minutes: 5, factor: 14.4 },
  { long_minutes: 360, short_minutes: 30, factor: 6 },
  { long_minutes: 4_320, short_minutes: 360, factor: 1 },
] as const;

export const SLO = {
  core_routes: CORE_ROUTES,
  /** The share of requests that must be answered without a server error (a 5xx or a 408). */
  available: 0.995,
  /** The share of requests that must be answered within `fast_ms`: 120 ms at p95. */
  fast: 0.95,
  fast_ms: 120,
  /** The period in days. The budget is the number of requests that may fail in this period. */
  budget_days: 30,
  burn_windows: BURN_WINDOWS,
} as const;
