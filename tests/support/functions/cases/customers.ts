/** The routes of `customers`, each with a request that succeeds. */
import { USER_ID } from "../project.ts";
import type { RouteCase } from "./routes.ts";

const read = {
  method: "GET",
  allowed: ["operator", "secret"],
  as: "operator",
  status: 200,
} as const;

export const CUSTOMER_CASES: readonly RouteCase[] = [
  { ...read, path: "/customers?q=ann@example.com", reaches: ["customers_search"] },
  { ...read, path: `/customers/${USER_ID}`, reaches: ["customers_read"] },
  { ...read, path: `/customers/${USER_ID}/reads`, reaches: ["customers_reads"] },
];
