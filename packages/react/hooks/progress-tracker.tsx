/** Shows the progress of a job, how the job ended or failed, and a button that cancels the job. */
"use client";
import type { ReactNode } from "react";
import type { FarthingError, Job } from "@farthing/client";
import { type JobState, useJobStatus } from "./use-job-status.ts";

/** The texts of the tracker. An app in another language passes its own. */
export type ProgressWords =
  & Readonly<Record<JobState["status"] | "cancelling", string>>
  & Readonly<Record<"cancel" | "retry" | "progress" | "reference", string>>;

const ENGLISH: ProgressWords = {
  loading: "Loading…",
  signed_out: "Sign in required",
  unknown: "The progress is unknown",
  timed_out: "This is taking longer than expected",
  queued: "Waiting to start",
  processing: "In progress",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
  cancelling: "Cancelling: the current step is finished first",
  cancel: "Cancel",
  retry: "Look again",
  progress: "Progress",
  reference: "Reference",
};

export interface ProgressTrackerProps {
  readonly jobId: string;
  readonly timeoutMs?: number | undefined;
  readonly words?: Partial<ProgressWords> | undefined;
  readonly className?: string | undefined;
  /** Shown below a job that has completed. */
  readonly children?: ((job: Job) => ReactNode) | undefined;
}

/** Shows an error and its request id, which the user can send to the operator. */
function Failure({ error, job, words }: {
  readonly error: FarthingError | null;
  readonly job: Job | undefined;
  readonly words: ProgressWords;
}) {
  const message = error?.message ?? (job?.status === "failed" ? job.error?.message : undefined);
  if (message === undefined) return null;
  const requestId = error?.requestId;
  return (
    <p role="alert">
      {message}
      {requestId !== undefined && <small>{` ${words.reference}: ${requestId}`}</small>}
    </p>
  );
}

/** Shows a job in each of its states, without styles. To style a state, select `data-status`. */
export function ProgressTracker(
  { jobId, timeoutMs, words: given, className, children }: ProgressTrackerProps,
) {
  const state = useJobStatus(jobId, { timeoutMs });
  const { status, job, progress, error } = state;
  const words = { ...ENGLISH, ...given };
  const isLost = status === "unknown" || status === "timed_out";
  const isMoving = status === "loading" || status === "queued" || status === "processing";
  return (
    <div className={className} data-status={status}>
      {(isMoving || isLost) && <progress aria-label={words.progress} max={100} value={progress} />}
      <p role="status">{words[state.isCancelling ? "cancelling" : status]}</p>
      <Failure error={error} job={job} words={words} />
      {state.canCancel && <button type="button" onClick={state.cancel}>{words.cancel}</button>}
      {isLost && <button type="button" onClick={state.retry}>{words.retry}</button>}
      {status === "completed" && job !== undefined && children?.(job)}
    </div>
  );
}
