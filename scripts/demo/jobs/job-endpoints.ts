/** Calls the HTTP endpoints of jobs through supabase-js, as an app would. */
import { z } from "zod";
import type { Answer, Buyer } from "../shared/buyer.ts";
import type { Look } from "./follow-job.ts";

const started = z.object({ job_id: z.string(), held: z.string() });
const job = z.object({
  job_id: z.string(),
  status: z.enum(["queued", "processing", "completed", "failed", "cancelled"]),
  progress: z.number(),
  attempts: z.number(),
  error: z.object({ code: z.string() }).nullable(),
  checkpoints: z.array(z.object({ step: z.string(), credits: z.string() })),
  result: z.unknown(),
});
const enveloped = <T extends z.ZodType>(data: T) => z.object({ data });

/** A job as a poll returns it. Credits are decimal numbers in strings. */
export type Job = z.infer<typeof job>;

export interface StartedJob {
  id: string;
  held: string;
  /** Seconds to wait before the first poll. */
  retryAfter: number;
}

const secondsOf = ({ headers }: Answer): number | null => {
  const value = headers.get("retry-after");
  return value === null ? null : Number(value);
};

async function start(buyer: Buyer, path: string, body: Record<string, unknown>) {
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const answer = await buyer.ask(path, { method: "POST", body, headers });
  const { job_id, held } = enveloped(started).parse(answer.data).data;
  return { id: job_id, held, retryAfter: secondsOf(answer) ?? 0 };
}

export function startResearch(buyer: Buyer, query: string): Promise<StartedJob> {
  return start(buyer, "ai/research", { query });
}

export function startExport(buyer: Buyer): Promise<StartedJob> {
  return start(buyer, "jobs", { type: "ledger_export", input: {} });
}

/**
 * Polls a job once. If the job is unchanged since the poll that returned this ETag, the service
 * answers 304.
 */
export async function look(buyer: Buyer, id: string, etag: string | null): Promise<Look<Job>> {
  const headers: Record<string, string> = etag === null ? {} : { "If-None-Match": etag };
  const answer = await buyer.ask(`jobs/${id}`, { method: "GET", headers });
  return {
    status: answer.status,
    etag: answer.headers.get("etag"),
    retryAfter: secondsOf(answer),
    seen: answer.status === 304 ? undefined : enveloped(job).parse(answer.data).data,
  };
}

export async function cancel(buyer: Buyer, id: string): Promise<void> {
  await buyer.ask(`jobs/${id}`, { method: "DELETE" });
}

/** Returns the file that a job wrote, as text. */
export async function readFile(buyer: Buyer, id: string): Promise<string> {
  return z.string().parse((await buyer.ask(`jobs/${id}/file`, { method: "GET" })).data);
}
