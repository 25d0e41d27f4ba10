/**
 * Streams a job's file, which is stored in pages. Two pages are read at a time. The next two are
 * read after the previous two were sent.
 */
import { z } from "@hono/zod-openapi";
import type { Database } from "../_shared/adapters/database/database.ts";
import { JobPath } from "../_shared/contracts/jobs.ts";
import { withOwnTime } from "../_shared/core/deadline.ts";
import { streamCsv } from "../_shared/http/reply/csv.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";

interface FileOwner {
  readonly p_user_id: string | null;
  readonly p_job_id: string;
}

// The existing job types write pages of at most 256 KiB, so two pages need little memory.
const PAGES_AT_ONCE = 2;

async function* filePages(database: Database, owner: FileOwner): AsyncGenerator<string> {
  const read = (p_after: number) => {
    const args = { ...owner, p_after, p_limit: PAGES_AT_ONCE };
    return withOwnTime(() => database.rpc("jobs_pages", args));
  };
  let part = await read(0);
  for (;;) {
    for (const { content } of part.pages) yield content;
    const newest = part.pages.at(-1);
    if (part.last || newest === undefined) return;
    part = await read(newest.page);
  }
}

/**
 * Returns the file of a completed job, page by page, so that a file of any size fits into the
 * memory.
 */
export const readFile = defineRoute({
  method: "get",
  path: "/{id}/file",
  summary: "Download the file that a job wrote",
  description: "The file is CSV without the JSON envelope, stored until the job's `expires_at`.",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  params: JobPath,
  responses: { 200: z.string() },
  produces: "text/csv",
  errors: ["not_found"],
  handler: ({ caller, params, context, services }) => {
    const p_user_id = caller.kind === "user" ? caller.userId : null;
    const pages = filePages(services.database, { p_user_id, p_job_id: params.id });
    return streamCsv(`${params.id}.csv`, pages, context);
  },
});
