/**
 * Polls a job as the service advises: `Retry-After` says when to poll next. Each poll sends the
 * last ETag, so that the service can answer 304 instead of sending an unchanged job again.
 */

import { DemoError } from "../shared/service.ts";

/** One answer to a poll. `seen` is undefined if the job is unchanged (304). */
export interface Look<T> {
  status: number;
  etag: string | null;
  /** Seconds until the next poll; null if the job can no longer change. */
  retryAfter: number | null;
  seen: T | undefined;
}

export interface Followed<T> {
  last: T;
  /** For each poll, its status and the seconds of the wait before it. */
  looks: { status: number; waited: number }[];
}

export interface Following<T> {
  look: (etag: string | null) => Promise<Look<T>>;
  /** Waits for some seconds. `last` is the state that the last poll returned. */
  wait: (seconds: number, last: T | undefined) => Promise<void>;
  /** Returns whether to stop polling. By default a job is polled until it ends. */
  enough?: (seen: T) => boolean;
}

/** At 8 s between polls, 25 polls take about three minutes. No job of the demo takes that long. */
const MAX_LOOKS = 25;

/** @throws DemoError if the job has not ended after 25 polls */
export async function follow<T>(
  firstWait: number,
  { look, wait, enough }: Following<T>,
): Promise<Followed<T>> {
  const looks: Followed<T>["looks"] = [];
  let last: T | undefined;
  let etag: string | null = null;
  let waited = firstWait;
  while (looks.length < MAX_LOOKS) {
    await wait(waited, last);
    const found: Look<T> = await look(etag);
    looks.push({ status: found.status, waited });
    last = found.seen ?? last;
    etag = found.etag ?? etag;
    if (last === undefined) throw new DemoError("the first poll returned no job");
    if (found.retryAfter === null || enough?.(last)) return { last, looks };
    waited = found.retryAfter;
  }
  throw new DemoError(`the job did not end within ${MAX_LOOKS} polls`);
}
