/** The routes of grants, each with a request that succeeds. */
import { USER_ID } from "../project.ts";
import { GRANT_ID } from "../samples/database.ts";
import type { RouteCase } from "./routes.ts";

const operator = { allowed: ["operator", "secret"], as: "operator", status: 200 } as const;
const change = { ...operator, method: "POST", as: "secret", isIdempotent: true } as const;
const GRANT = { user_id: USER_ID, amount: "10", source: "promotional", reason: "goodwill" };

export const GRANT_CASES: readonly RouteCase[] = [
  { ...change, path: "/credits/grants", status: 201, body: GRANT, reaches: ["credits_grant"] },
  {
    ...operator,
    method: "POST",
    path: "/credits/grants",
    headers: { "idempotency-key": "key-1" },
    body: { ...GRANT, dry_run: true },
    reaches: ["grants_preview"],
  },
  { ...operator, method: "GET", path: "/credits/grants", reaches: ["grants_list"] },
  { ...operator, method: "GET", path: `/credits/grants/${GRANT_ID}`, reaches: ["grants_read"] },
  ...["confirm", "decline"].map((decision) => ({
    ...change,
    path: `/credits/grants/${GRANT_ID}/${decision}`,
    reaches: ["grants_decide"],
  })),
];
