import { z } from "@hono/zod-openapi";
import { JobPath } from "../_shared/contracts/jobs.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { baseHeaders } from "../_shared/http/reply.ts";
import { streamFile } from "./stream-file.ts";

/** The file that a completed job wrote, page by page, so that its size matters to nobody. */
export const readFile = defineRoute({
  method: "get",
  path: "/{id}/file",
  summary: "Download the file that a job wrote",
  description: "CSV, without our envelope. It is stored until the job's `expires_at`.",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  params: JobPath,
  responses: { 200: z.string() },
  produces: "text/csv",
  errors: ["not_found"],
  handler: ({ caller, params, context, services }) =>
    streamFile(services.database, {
      p_user_id: caller.kind === "user" ? caller.userId : null,
      p_job_id: params.id,
    }, baseHeaders(context)),
});
