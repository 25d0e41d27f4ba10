import { z } from "@hono/zod-openapi";
import { DeadJob, DeadJobsQuery, JobsQuery, JobSummary } from "../_shared/contracts/jobs.ts";
import { subjectOf } from "../_shared/core/whose-data.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { page } from "../_shared/http/reply/reply.ts";

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
