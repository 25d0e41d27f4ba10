import { CancelledJob, JobPath } from "../_shared/contracts/jobs.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { JOB_TYPES } from "../_shared/domain/jobs/types/registry.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";

/**
 * Refuses to cancel a job of a type that users cannot start. Otherwise a user could stop a job that
 * charges them.
 */
async function refuseForeign(services: Services, userId: string, jobId: string): Promise<void> {
  const args = { p_user_id: userId, p_job_id: jobId };
  const { type } = await services.database.rpc("jobs_read", args);
  const declared = JOB_TYPES.find((each) => each.type === type);
  if (declared !== undefined && !declared.who.includes("user")) throw new ApiError("forbidden");
}

/**
 * Cancels a job: a waiting job at once, a running job before its next step. Finished steps stay
 * charged.
 */
export const cancelJob = defineRoute({
  method: "delete",
  path: "/{id}",
  summary: "Cancel a job",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  params: JobPath,
  responses: { 200: CancelledJob },
  errors: ["not_found", "job_not_cancellable"],
  handler: async ({ caller, params, services }) => {
    const userId = caller.kind === "user" ? caller.userId : null;
    if (userId !== null) await refuseForeign(services, userId, params.id);
    return ok(
      await services.database.rpc("jobs_cancel", { p_user_id: userId, p_job_id: params.id }),
    );
  },
});
