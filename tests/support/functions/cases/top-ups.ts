/** The routes of top-ups and spend caps, each with a request that succeeds. */
import type { RouteCase } from "./routes.ts";

const own = { allowed: ["user", "operator"], as: "user" } as const;
const anyones = { allowed: ["user", "operator", "secret"], as: "user", status: 200 } as const;

export const TOP_UP_CASES: readonly RouteCase[] = [
  { ...anyones, method: "GET", path: "/top-ups", reaches: ["top_ups_read"] },
  {
    ...own,
    method: "POST",
    path: "/top-ups",
    isIdempotent: true,
    status: 200,
    body: { enabled: true, threshold: "1000", target: "5000", monthly_cap: 2000 },
    reaches: ["top_ups_set"],
  },
  {
    ...own,
    method: "POST",
    path: "/top-ups/card",
    isIdempotent: true,
    status: 201,
    body: {},
    reaches: ["cards_begin", "customers_attach", "cards_finish"],
  },
  {
    ...own,
    method: "DELETE",
    path: "/top-ups/card",
    status: 200,
    reaches: ["cards_remove", "cards_detached"],
  },
  { ...own, method: "DELETE", path: "/top-ups", status: 200, reaches: ["top_ups_stop"] },
  { ...anyones, method: "GET", path: "/credits/spend-cap", reaches: ["spend_caps_read"] },
  {
    ...anyones,
    method: "POST",
    path: "/credits/spend-cap",
    isIdempotent: true,
    body: { daily: "500" },
    reaches: ["spend_caps_set"],
  },
  {
    ...anyones,
    method: "POST",
    path: "/credits/spend-cap",
    headers: { "idempotency-key": "key-1" },
    body: { daily: "500", dry_run: true },
    reaches: ["spend_caps_preview"],
  },
];
