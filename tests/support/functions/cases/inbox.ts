/** The routes of the inbox, each with a request that succeeds. */
import { EVENT_ID } from "../samples/inbox.ts";
import type { RouteCase } from "./routes.ts";

const operator = { allowed: ["operator", "secret"], as: "operator", status: 200 } as const;

export const INBOX_CASES: readonly RouteCase[] = [
  { ...operator, method: "GET", path: "/webhook-events", reaches: ["inbox_list"] },
  { ...operator, method: "GET", path: `/webhook-events/${EVENT_ID}`, reaches: ["inbox_read"] },
  {
    ...operator,
    method: "POST",
    path: `/webhook-events/${EVENT_ID}/replay`,
    reaches: ["inbox_replay"],
  },
  {
    ...operator,
    method: "POST",
    path: "/webhook-events/replay",
    body: { state: "dead" },
    reaches: ["inbox_dead", "inbox_replay"],
  },
  {
    ...operator,
    method: "POST",
    path: "/webhook-events/backfill",
    body: { hours: 24 },
    reaches: ["inbox_missing", "inbox_receive"],
  },
  {
    method: "POST",
    path: "/payment-runner",
    allowed: ["secret"],
    as: "secret",
    status: 200,
    reaches: [
      "refunds_claim",
      "backfills_claim",
      "sessions_claim",
      "top_ups_claim",
      "payouts_claim",
      "transfers_claim",
      "welcome_run",
      "cards_claim",
      "balance_claim",
    ],
  },
];
