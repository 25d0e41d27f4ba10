/** The routes of `alerts`, each with a request that succeeds. */
import { ALERT_ID } from "../samples/alerts.ts";
import type { RouteCase } from "./routes.ts";

const operator = { allowed: ["operator", "secret"], as: "operator", status: 200 } as const;

export const ALERT_CASES: readonly RouteCase[] = [
  { ...operator, method: "GET", path: "/alerts", reaches: ["alerts_list"] },
  { ...operator, method: "GET", path: `/alerts/${ALERT_ID}`, reaches: ["alerts_read"] },
  {
    ...operator,
    method: "POST",
    path: `/alerts/${ALERT_ID}/acknowledge`,
    reaches: ["alerts_acknowledge"],
  },
];
