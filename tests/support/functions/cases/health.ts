/** The routes of health, each with a request that succeeds. */
import type { RouteCase } from "./routes.ts";

const open = {
  method: "GET",
  allowed: ["nobody", "publishable", "user", "operator", "secret"],
  as: "nobody",
  status: 200,
} as const;

const secret = { allowed: ["secret"], as: "secret", status: 200 } as const;

const operator = {
  method: "GET",
  allowed: ["operator", "secret"],
  as: "operator",
  status: 200,
} as const;

export const HEALTH_CASES: readonly RouteCase[] = [
  { ...open, path: "/health", reaches: ["health_report"] },
  { ...open, path: "/health/live", reaches: [] },
  { ...open, path: "/health/ready", reaches: ["health_database"] },
  { ...open, path: "/health/openapi.json", isFile: true, reaches: [] },
  {
    ...secret,
    method: "GET",
    path: "/health/metrics",
    isFile: true,
    reaches: ["health_metrics"],
  },
  { ...operator, path: "/health/tasks", reaches: ["health_tasks"] },
  { ...operator, path: "/health/figures", reaches: ["health_metrics"] },
  { ...operator, path: "/health/hours?name=outside_calls", reaches: ["health_hours"] },
  {
    ...secret,
    method: "POST",
    path: "/health/deep",
    reaches: [
      ...["deep_checks_claim", "deep_checks_claim", "deep_checks_claim", "deep_checks_claim"],
      ...["deep_checks_ledger"],
      ...["deep_checks_report", "deep_checks_report", "deep_checks_report", "deep_checks_report"],
    ],
  },
];
