/** Starts and follows jobs through the API, as the jobs' owner does. */
import { equal, ok } from "node:assert/strict";
import { z } from "zod";
import { Job, StartedJob } from "../../../supabase/functions/_shared/contracts/jobs.ts";
import { type Caller, data, get, post } from "../project/http.ts";
import { balanceOf } from "../money/purchases.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

type AnyJob = z.output<typeof Job>;

export async function startJob(world: World, as: Caller, body: object, path = "jobs") {
  return data(await post(world, path, as, body), 202, StartedJob);
}

export async function readJob(world: World, as: Caller, jobId: string): Promise<AnyJob> {
  return data(await get(world, `jobs/${jobId}`, as), 200, Job);
}

/**
 * Polls a job until `isThere` returns true, as a browser does. Each request sends the ETag of the last
 * response, so the server does not send an unchanged job again. Asserts that the progress never decreases.
 */
export async function jobBecomes(
  world: World,
  as: Caller,
  jobId: string,
  what: string,
  isThere: (job: AnyJob) => boolean,
): Promise<AnyJob> {
  let [etag, progress] = ["", 0];
  return await until(`job ${jobId} is ${what}`, async () => {
    const answer = await get(world, `jobs/${jobId}`, as, { "if-none-match": etag });
    if (answer.status === 304) {
      equal(answer.text, "");
      return undefined;
    }
    const job = data(answer, 200, Job);
    const isOver = job.completed_at !== null;
    equal(answer.headers.get("retry-after") === null, isOver, job.status);
    ok(job.progress >= progress, `${job.progress} after ${progress}`);
    [etag, progress] = [answer.headers.get("etag") ?? "", job.progress];
    return isThere(job) ? job : undefined;
  });
}

export function jobEnds(world: World, as: Caller, jobId: string, status: AnyJob["status"]) {
  const hasEnded = (job: AnyJob) => job.completed_at !== null;
  return jobBecomes(world, as, jobId, "over", hasEnded).then((job) => {
    equal(job.status, status, JSON.stringify(job));
    return job;
  });
}

/** Waits until no credits are held and returns the balance. */
export function holdsEnd(world: World, userId: string): Promise<string> {
  return until(`no credits of ${userId} are held`, async () => {
    const { held, balance } = await balanceOf(world, userId);
    return held === "0" ? balance : undefined;
  });
}
