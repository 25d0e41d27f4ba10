/** A job's file as a stream: a page is read when the one before it has gone out. */
import { z } from "@hono/zod-openapi";
import type { Database } from "../_shared/adapters/database/database.ts";
import { JobPath } from "../_shared/contracts/jobs.ts";
import { withOwnTime } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { baseHeaders } from "../_shared/http/reply.ts";

interface Whose {
  readonly p_user_id: string | null;
  readonly p_job_id: string;
}

// A page has 256 KiB at most, in the types that there are.
const PAGES_AT_ONCE = 2;

/**
 * The first pages are read before the answer begins, so that an error can still be one; a later error breaks
 * the stream off, which a client sees as an incomplete answer.
 */
async function streamFile(
  database: Database,
  whose: Whose,
  headers: [string, string][],
): Promise<Response> {
  // A reader may be slow: it is each part that has to come in time, and not all of them together.
  const read = (p_after: number) => {
    const args = { ...whose, p_after, p_limit: PAGES_AT_ONCE };
    return withOwnTime(() => database.rpc("jobs_pages", args));
  };

  async function* pages(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    let part = first;
    for (;;) {
      for (const { content } of part.pages) yield encoder.encode(content);
      const newest = part.pages.at(-1);
      if (part.last || newest === undefined) return;
      part = await read(newest.page);
    }
  }

  const first = await read(0);
  return new Response(ReadableStream.from(pages()), {
    headers: [
      ...headers,
      ["content-type", "text/csv; charset=utf-8"],
      ["content-disposition", `attachment; filename="${whose.p_job_id}.csv"`],
    ],
  });
}

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
