/** The list endpoints for operators, each with a request that succeeds. */
import { DISPUTE_ID, MISMATCH_ID, NOTIFICATION_ID, PAYOUT_ID } from "../samples/lists.ts";
import type { RouteCase } from "./routes.ts";

const operator = { allowed: ["operator", "secret"], as: "operator", status: 200 } as const;
const read = { ...operator, method: "GET" } as const;

export const LIST_CASES: readonly RouteCase[] = [
  { ...read, path: "/disputes", reaches: ["disputes_list"] },
  { ...read, path: `/disputes/${DISPUTE_ID}`, reaches: ["disputes_read"] },
  { ...read, path: "/mismatches", reaches: ["mismatches_list"] },
  {
    ...operator,
    method: "POST",
    path: `/mismatches/${MISMATCH_ID}/resolve`,
    isIdempotent: true,
    body: { reason: "Paid by bank transfer." },
    reaches: ["mismatches_resolve"],
  },
  { ...read, path: "/notifications", reaches: ["notifications_list"] },
  {
    ...operator,
    method: "POST",
    path: `/notifications/${NOTIFICATION_ID}/retry`,
    isIdempotent: true,
    body: { reason: "The mail service is back." },
    reaches: ["notifications_retry"],
  },
  {
    ...operator,
    method: "POST",
    path: "/notifications/retry",
    isIdempotent: true,
    body: { since: "2026-11-21T12:00:00Z", reason: "The mail service is back." },
    reaches: ["notifications_retry_dead"],
  },
  { ...read, path: "/credits/welcome-grants", reaches: ["welcome_list"] },
  {
    ...operator,
    method: "POST",
    path: "/credits/welcome-grants/17/retry",
    isIdempotent: true,
    body: { reason: "A real user." },
    reaches: ["welcome_retry"],
  },
  {
    ...operator,
    method: "POST",
    path: "/credits/welcome-grants/retry",
    isIdempotent: true,
    body: { since: "2026-11-21T12:00:00Z", refused_as: "day_ceiling", reason: "A new ceiling." },
    reaches: ["welcome_retry_refused"],
  },
  { ...read, path: "/payouts", reaches: ["payouts_list"] },
  { ...read, path: `/payouts/${PAYOUT_ID}`, reaches: ["payouts_read"] },
  { ...read, path: "/proofs", reaches: ["proofs_list"] },
  { ...read, path: "/proofs/7", reaches: ["proofs_read"] },
];
