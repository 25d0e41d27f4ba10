/** The routes of `usage`, each with a request that succeeds. */
import { USER_ID } from "../project.ts";
import type { RouteCase } from "./routes.ts";

export const TOKENS = { model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };

const money = { method: "POST", allowed: ["secret"], as: "secret", isIdempotent: true } as const;

export const USAGE_CASES: readonly RouteCase[] = [
  {
    method: "GET",
    allowed: ["nobody", "publishable", "user", "operator", "secret"],
    as: "nobody",
    status: 200,
    path: "/usage/rates",
    reaches: ["usage_rates"],
  },
  {
    method: "POST",
    path: "/usage/estimate",
    allowed: ["user", "operator", "secret"],
    as: "user",
    status: 200,
    body: TOKENS,
    reaches: ["usage_estimate"],
  },
  {
    ...money,
    path: "/usage",
    status: 201,
    body: { user_id: USER_ID, ...TOKENS },
    reaches: ["usage_charge"],
  },
  {
    ...money,
    path: "/usage/batch",
    hasLargeBody: true,
    status: 200,
    body: { events: [{ event_id: "event-1", user_id: USER_ID, ...TOKENS }] },
    reaches: ["usage_charge_batch"],
  },
];
