import { StartedJob } from "../_shared/contracts/jobs.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { createJob, STARTED_HEADERS } from "../_shared/domain/jobs/create-job.ts";
import { research, ResearchInput } from "../_shared/domain/jobs/types/research/research.ts";

/** Starts a research job, as POST /jobs does with the type `research`. */
export const startResearch = defineRoute({
  method: "post",
  path: "/research",
  summary: "Start a piece of research",
  who: ["user"],
  limit: "ai",
  idempotent: true,
  body: ResearchInput,
  responses: { 202: StartedJob },
  answerHeaders: STARTED_HEADERS,
  errors: ["insufficient_credits", "unknown_model"],
  handler: (call) =>
    createJob(call, { type: research, input: call.body, userId: call.caller.userId }),
});
