/** The routes of `fraud`, each with a request that succeeds. */
import { BLOCK_ID, WARNING_ID } from "../samples/fraud.ts";
import { USER_ID } from "../project.ts";
import type { RouteCase } from "./routes.ts";

const read = {
  method: "GET",
  allowed: ["operator", "secret"],
  as: "operator",
  status: 200,
} as const;
const write = { ...read, method: "POST", isIdempotent: true } as const;

export const FRAUD_CASES: readonly RouteCase[] = [
  { ...read, path: "/fraud/decisions", reaches: ["fraud_decisions_list"] },
  { ...read, path: "/fraud/blocked", reaches: ["fraud_blocks_list"] },
  {
    ...write,
    path: "/fraud/blocked",
    status: 201,
    body: { kind: "user", value: USER_ID, reason: "stolen cards" },
    reaches: ["fraud_blocks_add"],
  },
  {
    ...read,
    method: "DELETE",
    path: `/fraud/blocked/${BLOCK_ID}`,
    reaches: ["fraud_blocks_remove"],
  },
  { ...read, path: "/fraud/warnings", reaches: ["warnings_list"] },
  {
    ...write,
    path: `/fraud/warnings/${WARNING_ID}/clear`,
    body: { reason: "the buyer was called" },
    reaches: ["warnings_clear"],
  },
  { ...read, path: "/fraud/policy", reaches: ["fraud_policy_read"] },
  {
    ...write,
    path: "/fraud/policy",
    body: { sessions_per_user_hour: 20 },
    reaches: ["fraud_policy_set"],
  },
];
