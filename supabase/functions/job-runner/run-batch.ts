import { JobRunnerReport } from "../_shared/contracts/runners.ts";
import { RUNNER_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { systemClock } from "../_shared/core/timers.ts";
import { JOB_TYPES } from "../_shared/domain/jobs/types/registry.ts";
import { runJobs } from "../_shared/domain/jobs/run-jobs.ts";

/** Runs due jobs for at most about two minutes, and reports the results. */
export const runBatch = defineRoute({
  method: "post",
  path: "/",
  summary: "Run due jobs",
  description: "Responds when no more work is due, or when the time of the run is used up.",
  who: ["secret"],
  limit: "none",
  deadlineMs: RUNNER_DEADLINE_MS,
  idempotent: false,
  responses: { 200: JobRunnerReport },
  handler: async ({ services }) => {
    const run = runJobs(services, JOB_TYPES, systemClock);
    // The database calls this route with pg_net, which waits only some seconds for the response.
    // waitUntil keeps the isolate alive until the work is done.
    services.waitUntil(run.catch(() => {}));
    return ok(await run);
  },
});
