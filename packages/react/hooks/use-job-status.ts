/** The state of a job, from the first read until the job has ended. */
"use client";
import { skipToken, useMutation, useQuery } from "@tanstack/react-query";
import type { FarthingError, Job } from "@farthing/client";
import { useFarthingContext } from "../core/context.tsx";
import { isOpen, jobQuery } from "../core/queries.ts";
import { errorOrNull, readingOf } from "../core/reading-state.ts";
import { OWN_CHANGES } from "../core/query-options.ts";

/**
 * `unknown`: the job could not be read. `timed_out`: the job has not ended within `timeoutMs`.
 * Otherwise `loading`, `signed_out`, or the job's own status.
 */
export interface JobState {
  readonly status: "loading" | "signed_out" | "unknown" | "timed_out" | Job["status"];
  /** The job as it was read last. */
  readonly job: Job | undefined;
  /** Percent; undefined until the job has been read. */
  readonly progress: number | undefined;
  /** Why the status is `unknown` or `timed_out`, or why the job could not be cancelled. */
  readonly error: FarthingError | null;
  /** Follows the job again, after `unknown` or `timed_out`. */
  readonly retry: () => void;
  /** Cancels the job. The running step is finished and charged, and no further step begins. */
  readonly cancel: () => void;
  readonly canCancel: boolean;
  /** True from the request to cancel until the job has ended. */
  readonly isCancelling: boolean;
}

export interface JobStatusOptions {
  /** How long to follow the job; ten minutes by default. */
  readonly timeoutMs?: number | undefined;
}

const isLate = ({ code }: FarthingError) => code === "deadline_exceeded";

/**
 * Follows a job until it has ended, `timeoutMs` has passed, or the component is removed. Reads the
 * job after 2, 4 and then every 8 seconds, or as the service says. Pass null while there is no job.
 */
export function useJobStatus(
  jobId: string | null,
  { timeoutMs }: JobStatusOptions = {},
): JobState {
  const { farthing, userId } = useFarthingContext();
  const options = jobQuery(farthing, userId ?? "", jobId ?? "", timeoutMs);
  const query = useQuery(userId && jobId ? options : { ...options, queryFn: skipToken });
  const cancel = useMutation({
    ...OWN_CHANGES,
    mutationFn: (id: string) => farthing.jobs.cancel(id, { signedInAs: userId ?? undefined }),
    // Read the job at once, and not after the next wait. If the service refused the cancellation,
    // the job has already ended.
    onSettled: () => void query.refetch(),
  });
  const reading = readingOf(userId, query);
  const job = query.data;
  const hasEnded = job !== undefined && !isOpen(job);
  const isOurs = cancel.variables === jobId;
  const isCancelling = isOurs && !cancel.isError && !cancel.isIdle && isOpen(job);
  const refusal = isOurs && isOpen(job) ? cancel.error : null;
  // A job that has ended does not change, so its status is shown even if a later read fails.
  const isLost = reading.status === "unknown" && !query.isFetching && !hasEnded;
  const failed = isLost ? reading.error : null;
  return {
    status: reading.status === "signed_out" || reading.status === "loading"
      ? reading.status
      : failed !== null
      ? isLate(failed) ? "timed_out" : "unknown"
      : job?.status ?? "loading",
    job,
    progress: job?.progress,
    error: failed ?? errorOrNull(refusal),
    retry: () => void query.refetch(),
    cancel: () => jobId !== null && cancel.mutate(jobId),
    canCancel: isOpen(job) && !isCancelling,
    isCancelling,
  };
}
