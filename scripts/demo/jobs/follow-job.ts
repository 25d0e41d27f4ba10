/** Polling as the service advises it: it says when to look again, and the ETag spares what is known. */

import { DemoError } from "../shared/service.ts";

/** One answer to a poll; `seen` is absent where nothing has changed (304). */
export interface Look<T> {
  status: number;
  etag: string | null;
  /** Seconds until the next look; null when there will be nothing new. */
  retryAfter: number | null;
  seen: T | undefined;
}

export interface Followed<T> {
  last: T;
  /** The status of each look, and how many seconds it waited before it. */
  looks: { status: number; waited: number }[];
}

export interface Following<T> {
  look: (etag: string | null) => Promise<Look<T>>;
  /** Lets so many seconds pass; `last` is what is known meanwhile. */
  wait: (seconds: number, last: T | undefined) => Promise<void>;
  /** Whether this is enough; else a job is followed to its end. */
  enough?: (seen: T) => boolean;
}

/** At 8 s each some three minutes, longer than any job of the demo. */
const MAX_LOOKS = 25;

/** @throws DemoError after 25 looks without an end */
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
    if (last === undefined) throw new DemoError("the first look found nothing");
    if (found.retryAfter === null || enough?.(last)) return { last, looks };
    waited = found.retryAfter;
  }
  throw new DemoError(`no end after ${MAX_LOOKS} looks`);
}
