import { z } from "@hono/zod-openapi";
import { Job, JobPath, type JobStatus } from "../_shared/contracts/jobs.ts";
import { ownerReadBy } from "../_shared/core/whose-data.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { baseHeaders } from "../_shared/http/reply/headers.ts";
import { ok } from "../_shared/http/reply/reply.ts";

/**
 * Returns the seconds until the next poll. Most jobs are short, so a young job is polled more
 * often.
 */
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

/**
 * Compares If-None-Match weakly (RFC 9110, 13.1.2): `W/"1"` equals `"1"`, and `*` matches every
 * tag.
 */
function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const tags = ifNoneMatch.slice(0, MAX_CHARS).split(",").map(opaque);
  return tags.includes(opaque(etag)) || tags.includes("*");
}

/**
 * Reads a job. If the caller's ETag is still the job's current ETag, the response is 304 without a
 * body.
 */
export const readJob = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read a job",
  description:
    "Wait for the seconds in `Retry-After` before each poll: 2, then 4, then always 8. A " +
    "response without `Retry-After` means that the job has ended.",
  who: ["user", "operator"],
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
      { p_user_id: ownerReadBy(caller), p_job_id: params.id },
    );
    // The ETag is weak, because two responses for the same revision have different `metadata`.
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
