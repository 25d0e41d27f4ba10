import { DeepReport } from "../_shared/contracts/health.ts";
import { RUNNER_DEADLINE_MS } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";
import { runDeepChecks } from "./deep-checks.ts";

/** Asks every service for a little of what it is there for, within the day's budget. */
export const runDeep = defineRoute({
  method: "post",
  path: "/deep",
  summary: "Run the checks that cost money",
  description:
    "Called by a scheduled task each hour. Checks beyond the day's budget are skipped, and " +
    "failed checks are reported: both are results, not errors. `GET /health` has the outcomes.",
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
