import { NotificationRunnerReport } from "../_shared/contracts/runners.ts";
import { RUNNER_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { runNotifications } from "../_shared/domain/notifications/run-notifications.ts";

/** The platform ends a request after 150 s; the remaining 50 s are for finishing the last batch. */
const BUDGET_MS = 100_000;

/** Sends due notifications for at most about two minutes, and reports the results. */
export const runBatch = defineRoute({
  method: "post",
  path: "/",
  summary: "Send due notifications",
  description: "Responds when no more work is due, or when the time of the run is used up.",
  who: ["secret"],
  limit: "none",
  deadlineMs: RUNNER_DEADLINE_MS,
  idempotent: false,
  responses: { 200: NotificationRunnerReport },
  handler: async ({ services }) => {
    const run = runNotifications(services, services.now().getTime() + BUDGET_MS);
    // The database calls this route with pg_net, which waits only some seconds for the response.
    // waitUntil keeps the isolate alive until the work is done.
    services.waitUntil(run.catch(() => {}));
    return ok(await run);
  },
});
