"use client";

import type { ReactNode } from "react";
import type { Job } from "@farthing/client";
import { type JobState, useJobStatus } from "@farthing/react";
import { SignInRequired, Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { addCredits, formatCredits } from "@/lib/farthing-format";

const WORDS: Readonly<Record<JobState["status"], string>> = {
  loading: "Loading…",
  signed_out: "Sign in required",
  unknown: "The progress is unknown",
  timed_out: "This is taking longer than expected",
  queued: "Waiting to start",
  processing: "In progress",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

interface JobProgressProps {
  readonly jobId: string;
  /** The name of the job in words that the user knows, for example "Export". */
  readonly title: string;
  /** How many of the last steps are listed; by default 3. */
  readonly steps?: number | undefined;
  /** Shown below a job that has completed, for example a download. */
  readonly children?: ((job: Job) => ReactNode) | undefined;
}

/** The service returns at most this many steps of a job: the last ones. */
const MOST_STEPS = 100;

/**
 * Shows the last `most` steps with their prices, and the sum of all steps that the service
 * returned.
 */
function Steps({ job: { checkpoints }, most }: { job: Job; most: number }) {
  const all = checkpoints.length;
  if (all === 0) return null;
  const steps = checkpoints.slice(-most);
  const sum = addCredits(checkpoints.map(({ credits }) => credits));
  return (
    <ul className="grid gap-1 text-sm text-muted-foreground">
      {steps.length < all && <li>The last {steps.length} of {all} steps:</li>}
      {steps.map(({ step, credits, at }) => (
        <li key={`${step} ${at}`} className="flex justify-between gap-4">
          <span className="break-words">{step}</span>
          <span className="shrink-0 tabular-nums">{formatCredits(credits)} credits</span>
        </li>
      ))}
      <li className="flex justify-between gap-4 font-medium text-foreground">
        <span>{all < MOST_STEPS ? "Together" : `The last ${all} steps together`}</span>
        <span className="shrink-0 tabular-nums">{formatCredits(sum)} credits</span>
      </li>
    </ul>
  );
}

function Failure({ state }: { state: JobState }) {
  const { status, job, error, retry } = state;
  if (status === "unknown" || status === "timed_out") {
    return <Trouble title={WORDS[status]} error={error} retry={retry} />;
  }
  if (status === "failed") {
    const text = job?.error?.message ?? "It ended early.";
    return (
      <Trouble title="It failed" error={null}>
        <p>{text}</p>
      </Trouble>
    );
  }
  return error === null ? null : <Trouble title="The job could not be cancelled" error={error} />;
}

/** A job from its start to its end, with a button to cancel it. */
export function JobProgress({ jobId, title, steps = 3, children }: JobProgressProps) {
  const state = useJobStatus(jobId);
  const { status, job, progress, canCancel, cancel, isCancelling } = state;
  const isMoving = status === "queued" || status === "processing" || status === "loading";
  const words = isCancelling ? "Cancelling: the current step is finished first" : WORDS[status];
  return (
    <Card>
      <CardHeader>
        <CardTitle>
          <h2>{title}</h2>
        </CardTitle>
        {(canCancel || isCancelling) && (
          <CardAction>
            <Button
              variant="outline"
              size="sm"
              onClick={() => canCancel && cancel()}
              aria-disabled={!canCancel}
            >
              Cancel
            </Button>
          </CardAction>
        )}
      </CardHeader>
      <CardContent className="grid gap-4">
        {status === "signed_out" ? <SignInRequired /> : (
          <div className="grid gap-2">
            {isMoving && <Progress aria-label={title} value={progress ?? null} />}
            <p role="status" className="flex justify-between gap-4 text-sm">
              <span>{words}</span>
              {isMoving && progress !== undefined && (
                <span className="text-muted-foreground tabular-nums">{progress} %</span>
              )}
            </p>
          </div>
        )}
        {job !== undefined && <Steps job={job} most={steps} />}
        <Failure state={state} />
        {status === "completed" && job !== undefined && children?.(job)}
      </CardContent>
    </Card>
  );
}
