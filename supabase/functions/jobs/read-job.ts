import { z } from "@hono/zod-openapi";
import { Job, JobPath, type JobStatus } from "../_shared/contracts/jobs.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { baseHeaders } from "../_shared/http/reply/headers.ts";
import { ok } from "../_shared/http/reply/reply.ts";

/** When to look again, in seconds: often while a job is young, for most of them are short. */
function pollAfter(ageSeconds: number): number {
  if (ageSeconds < 2) return 2;
  return ageSeconds < 6 ? 4 : 8;
}

function isFinished(status: z.output<typeof JobStatus>): boolean {
  return status !== "queued" && status !== "processing";
}

const MAX_CHARS = 1_000;

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}

/** If-None-Match (RFC 9110, 13.1.2), compared weakly: `W/"1"` and `"1"` are the same; `*` names every one. */
function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const tags = ifNoneMatch.slice(0, MAX_CHARS).split(",").map(opaque);
  return tags.includes(opaque(etag)) || tags.includes("*");
}

/** One of the caller's jobs, as often as they like: while nothing has changed the answer is empty. */
export const readJob = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read a job",
  description: "Poll as `Retry-After` says: after 2, 4, then every 8 seconds. An answer without " +
    "`Retry-After` means that the job has ended.",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  params: JobPath,
  responses: { 200: Job },
  answerHeaders: {
    etag: z.string().openapi({ description: "Changes whenever `data` changes." }),
    "retry-after": z.string().optional()
      .openapi({
        description: "Seconds to wait before the next poll; absent when the job has ended.",
      }),
  },
  conditional: true,
  errors: ["not_found"],
  handler: async ({ caller, params, headers, context, services }) => {
    const { revision, age_seconds, has_file: _, ...job } = await services.database.rpc(
      "jobs_read",
      { p_user_id: caller.kind === "user" ? caller.userId : null, p_job_id: params.id },
    );
    // Weak: two answers of one revision differ in their metadata.
    const own = {
      etag: `W/"${revision}"`,
      ...(!isFinished(job.status) && { "retry-after": String(pollAfter(age_seconds)) }),
    };
    if (matchesEtag(headers.get("if-none-match"), own.etag)) {
      const all = [...baseHeaders(context), ...Object.entries(own)];
      return new Response(null, { status: 304, headers: all });
    }
    return { ...ok(job), headers: own };
  },
});
