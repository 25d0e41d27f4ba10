import { z } from "@hono/zod-openapi";
import {
  CancelledJob,
  DeadJob,
  DeadJobsQuery,
  JobPath,
  JobsQuery,
  JobSummary,
} from "../_shared/contracts/jobs.ts";
import { subjectOf } from "../_shared/core/whose-data.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { JOB_TYPES } from "../_shared/domain/jobs/types/registry.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/** Lists a user's jobs of the last 30 days, newest first. */
export const listJobs = defineRoute({
  method: "get",
  path: "/",
  summary: "List the jobs of a user",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  query: JobsQuery,
  responses: { 200: z.array(JobSummary) },
  handler: async ({ caller, query, services }) => {
    const { jobs, next_before } = await services.database.rpc("jobs_list", {
      p_user_id: subjectOf(caller, query.user_id),
      p_status: query.status,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(jobs, next_before);
  },
});

/** Lists the dead-lettered jobs of all users, or of one user. */
export const listDeadJobs = defineRoute({
  method: "get",
  path: "/dead",
  summary: "List dead-lettered jobs",
  description: "Lists jobs of the last 30 days that failed at every attempt, were lost or expired.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: DeadJobsQuery,
  responses: { 200: z.array(DeadJob) },
  handler: async ({ query, services }) => {
    const { jobs, next_before } = await services.database.rpc("jobs_dead", {
      p_user_id: query.user_id,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(jobs, next_before);
  },
});

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
