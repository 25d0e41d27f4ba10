/** The routes of refunds, each with a request that succeeds. */
import { REFUND_ID, REFUND_TO_SEND } from "../samples/refunds.ts";
import type { RouteCase } from "./routes.ts";

const operator = { allowed: ["operator", "secret"], as: "operator" } as const;

export const REFUND_CASES: readonly RouteCase[] = [
  {
    ...operator,
    method: "POST",
    path: "/refunds",
    isIdempotent: true,
    status: 201,
    body: { order_id: REFUND_TO_SEND.order_id },
    reaches: ["refunds_begin", "refunds_attach", "refunds_read", "refunds_finish"],
  },
  {
    ...operator,
    method: "POST",
    path: "/refunds",
    headers: { "idempotency-key": "key-1" },
    status: 200,
    body: { order_id: REFUND_TO_SEND.order_id, dry_run: true },
    reaches: ["refunds_preview"],
  },
  { ...operator, method: "GET", path: "/refunds", status: 200, reaches: ["refunds_list"] },
  {
    ...operator,
    method: "GET",
    path: `/refunds/${REFUND_ID}`,
    status: 200,
    reaches: ["refunds_read"],
  },
];
