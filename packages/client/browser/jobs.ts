/** Follows a job to its end. */
import type { Job } from "../generated/api.ts";
import type { Api } from "../core/api.ts";
import { pollSeconds } from "../core/clock.ts";
import type { CallOptions } from "../core/send.ts";

interface Look {
  /** Null if the job has not changed since the previous poll. */
  readonly job: Job | null;
  readonly etag: string | null;
  /** The header Retry-After in seconds; 0 if there is none. */
  readonly retryAfter: number;
}

async function lookAt(answer: Response): Promise<Look> {
  return {
    job: answer.status === 304 ? null : (await answer.json()).data,
    etag: answer.headers.get("etag"),
    retryAfter: Number(answer.headers.get("retry-after")),
  };
}

/**
 * Yields a job now and after each change, until it has completed, failed or been cancelled. Waits
 * 2, 4 and then always 8 seconds between polls, or as long as the service says. For an unchanged
 * job the service answers 304 without a body.
 */
export async function* followJob(
  api: Api,
  id: string,
  options: Pick<CallOptions, "signal">,
): AsyncGenerator<Job, void, undefined> {
  let etag: string | null = null;
  for (let looks = 1;; looks++) {
    const headers: Record<string, string> = etag === null ? {} : { "if-none-match": etag };
    const input = { path: { id }, headers };
    const look: Look = await api.raw("get", "/jobs/{id}", input, options, lookAt);
    if (look.job !== null) {
      etag = look.etag;
      yield look.job;
      if (isEnded(look.job)) return;
    }
    await api.clock.wait((look.retryAfter || pollSeconds(looks)) * 1000, options.signal);
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
  return last!; // The first look always yields.
}

export interface WaitForJobOptions extends Pick<CallOptions, "signal"> {
  readonly onChange?: ((job: Job) => void) | undefined;
}
