/**
 * Polls as the service advises: `Retry-After` gives the time of the next poll, and the ETag avoids
 * repeating an unchanged job.
 */

import { DemoError } from "../shared/service.ts";

/** One answer to a poll; `seen` is undefined when the job is unchanged (304). */
export interface Look<T> {
  status: number;
  etag: string | null;
  /** Seconds until the next poll; null when the job will not change any more. */
  retryAfter: number | null;
  seen: T | undefined;
}

export interface Followed<T> {
  last: T;
  /** The status of each poll, and the seconds before it. */
  looks: { status: number; waited: number }[];
}

export interface Following<T> {
  look: (etag: string | null) => Promise<Look<T>>;
  /** Waits for some seconds; `last` is the latest known state. */
  wait: (seconds: number, last: T | undefined) => Promise<void>;
  /** Returns whether to stop polling; by default a job is polled to its end. */
  enough?: (seen: T) => boolean;
}

/**
 * With 8 s between polls this takes about three minutes, which is longer than any job of the demo.
 */
const MAX_LOOKS = 25;

/** @throws DemoError when 25 polls do not see the end */
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
