import { DeepReport } from "../_shared/contracts/health.ts";
import { RUNNER_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";
import { runDeepChecks } from "./deep-checks.ts";

/** Asks every service for a little of what it is there for, within the day's budget. */
export const runDeep = defineRoute({
  method: "post",
  path: "/deep",
  summary: "Run the checks that cost something",
  description:
    "Called by the clock each hour. What the day's budget has no room for is skipped, and what " +
    "fails is told: both are answers, not errors. The outcomes stay in `GET /health`.",
  who: ["secret"],
  limit: "none",
  deadlineMs: RUNNER_DEADLINE_MS,
  idempotent: false,
  responses: { 200: DeepReport },
  handler: async ({ services }) => {
    const checks = runDeepChecks(services);
    // The database hands its request over and waits for no answer.
    services.waitUntil(checks.catch(() => {}));
    return ok(await checks);
  },
});
