import { z } from "@hono/zod-openapi";
import { JobsQuery, JobSummary } from "../_shared/contracts/jobs.ts";
import { subjectOf } from "../_shared/core/caller.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { page } from "../_shared/http/reply.ts";

/** A user's jobs of the last 30 days, newest first. */
export const listJobs = defineRoute({
  method: "get",
  path: "/",
  summary: "List the jobs of a user",
  who: ["user", "secret"],
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
