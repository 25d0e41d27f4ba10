import { z } from "@hono/zod-openapi";
import { jobFields, StartedJob } from "../_shared/contracts/jobs.ts";
import { actingUserOf } from "../_shared/core/whose-data.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { LARGE_BODY_LIMIT_BYTES } from "../_shared/http/input/read-body.ts";
import { createJob, STARTED_HEADERS } from "../_shared/domain/jobs/create-job.ts";
import { JOB_TYPES } from "../_shared/domain/jobs/types/registry.ts";

/** Returns the body's schema for one job type. */
function bodyOf({ type, input, summary }: (typeof JOB_TYPES)[number]) {
  return z.strictObject({ type: z.literal(type), input, ...jobFields })
    .openapi({ description: summary });
}

const [first, ...others] = JOB_TYPES.map(bodyOf);

const JobBody = z.discriminatedUnion("type", [first!, ...others], {
  error: `Send an object whose type is one of ${JOB_TYPES.map(({ type }) => type).join(", ")}.`,
}).openapi("JobRequest");

/** Starts a job: holds its price, queues the job, and answers with the URL to poll. */
export const startJob = defineRoute({
  method: "post",
  path: "/",
  summary: "Start a job",
  description:
    "A user starts their own jobs; with a secret key, `user_id` names the user. Only a secret key " +
    "can start `usage_backfill`.",
  who: ["user", "secret"],
  limit: "jobs",
  idempotent: true,
  bodyLimit: LARGE_BODY_LIMIT_BYTES,
  body: JobBody,
  responses: { 202: StartedJob },
  answerHeaders: STARTED_HEADERS,
  errors: ["insufficient_credits", "unknown_model", "not_found"],
  handler: (call) => {
    const { type, input, client_temp_id, user_id } = call.body;
    return createJob(call, {
      type: JOB_TYPES.find((each) => each.type === type)!,
      input,
      userId: actingUserOf(call.caller, user_id),
      clientTempId: client_temp_id,
    });
  },
});
