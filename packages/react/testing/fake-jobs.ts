import type { Farthing, Job } from "@farthing/client";
import { fake } from "./page.tsx";

export const job = (status: string, progress = 0) =>
  ({ job_id: "job-1", status, progress, error: null }) as Job;

type Steps = (signal: AbortSignal) => AsyncGenerator<Job>;

interface FakeJobs {
  readonly farthing: Farthing;
  /** The ids of the jobs that were cancelled. */
  readonly cancelled: string[];
  /** The signals of all calls of `follow`. */
  readonly signals: AbortSignal[];
}

/**
 * Makes a client whose first call of `follow` plays the first item of `steps`, the second call the
 * second item, and so on. When every item has been played, each further call plays the last one.
 */
export function following(...steps: Steps[]): FakeJobs {
  const cancelled: string[] = [];
  const signals: AbortSignal[] = [];
  const farthing = fake({
    jobs: {
      follow: ((_: string, { signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        return steps[Math.min(signals.length, steps.length) - 1]!(signal);
      }) as never,
      cancel: ((id: string) => {
        cancelled.push(id);
        return Promise.resolve({});
      }) as never,
    },
  });
  return { farthing, cancelled, signals };
}

/** Waits until the signal aborts, then rejects. */
export const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  });
