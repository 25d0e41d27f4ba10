/** Follows a job to its end. */
import type { Job } from "../generated/api.ts";
import type { Api } from "../core/api.ts";
import { envelopeOf } from "../core/answer.ts";
import { pollSeconds } from "../core/clock.ts";
import { retryAfterOf } from "../core/retry-after.ts";
import type { CallOptions } from "../core/send.ts";

export type FollowOptions = Pick<CallOptions, "signal" | "signedInAs">;

interface Look {
  /** Null if the job has not changed since the previous poll. */
  readonly job: Job | null;
  readonly etag: string | null;
  /** The seconds to wait, from the header Retry-After, if the response has it. */
  readonly retryAfter: number | undefined;
}

/**
 * The longest wait between two polls. A proxy's Retry-After can ask for a longer wait, during which
 * the page would seem to hang.
 */
const LONGEST_WAIT_SECONDS = 60;

async function lookAt(answer: Response, requestId: string): Promise<Look> {
  return {
    job: answer.status === 304 ? null : (await envelopeOf<Job>(answer, requestId)).data,
    etag: answer.headers.get("etag"),
    retryAfter: retryAfterOf(answer),
  };
}

/**
 * Yields a job now and after each change, until it has completed, failed or been cancelled. Waits
 * 2, 4 and then always 8 seconds between polls, or as long as the service says, but at most a
 * minute. Sends the job's ETag, so that the service answers 304 without a body if the job has not
 * changed.
 */
export async function* followJob(
  api: Api,
  id: string,
  options: FollowOptions,
): AsyncGenerator<Job, void, undefined> {
  let etag: string | null = null;
  const call = { ...options, pin: { user: options.signedInAs } };
  for (let looks = 1;; looks++) {
    const headers: Record<string, string> = etag === null ? {} : { "if-none-match": etag };
    const input = { path: { id }, headers };
    const look: Look = await api.raw("get", "/jobs/{id}", input, call, lookAt);
    if (look.job !== null) {
      etag = look.etag;
      yield look.job;
      if (isEnded(look.job)) return;
    }
    const seconds = Math.min(look.retryAfter ?? pollSeconds(looks), LONGEST_WAIT_SECONDS);
    await api.clock.wait(seconds * 1000, options.signal);
  }
}

const isEnded = ({ status }: Job) => status !== "queued" && status !== "processing";

/**
 * Waits until a job has ended, and returns it. `onChange` is called with the job after each change.
 */
export async function waitForJob(
  api: Api,
  id: string,
  { onChange, ...options }: WaitForJobOptions,
): Promise<Job> {
  let last: Job | undefined;
  for await (const job of followJob(api, id, options)) {
    last = job;
    onChange?.(job);
  }
  return last!; // The first poll sends no ETag, so it always yields the job.
}

export interface WaitForJobOptions extends FollowOptions {
  readonly onChange?: ((job: Job) => void) | undefined;
}
