/**
 * Results of the database functions for jobs: those that users call, and those that runners call.
 */
import type * as jobs from "../../jobs.ts";
import type { Of, Page, Stored } from "./shapes.ts";

type CreatedJob = Omit<Of<typeof jobs.StartedJob>, "poll_url">;

type JobRow = Of<typeof jobs.Job> & {
  /** A number that changes whenever the response changes. */
  revision: number;
  age_seconds: number;
  has_file: boolean;
};

interface Pages {
  pages: { page: number; content: string }[];
  last: boolean;
}

/** A finished step with its output. */
export interface DoneStep {
  step: string;
  /** The output as the only item of a list, as jobs_checkpoint() received it. */
  output: readonly [unknown];
}

/** A job that a runner has leased. Each write to the job must send the lease's `token`. */
export interface ClaimedJob {
  job_id: string;
  token: number;
  type: string;
  user_id: string;
  input: unknown;
  attempts: number;
  max_attempts: number;
  progress: number;
  correlation_id: string | null;
  created_at: string;
  expires_at: string;
  checkpoints: DoneStep[];
}

export interface CheckpointAnswer {
  /** The job's status. The runner must stop if the status is not `processing`. */
  status: "processing" | "cancelled" | "failed" | "lost";
  /**
   * The credits that the step cost, as a decimal string. If the step was already stored, this is
   * the amount that was charged when it was stored.
   */
  credits?: string;
  /** The number of the step's usage events that had already been charged. */
  duplicates?: number;
  /**
   * The number of the step's usage events that were not charged, because their event ids had
   * already been charged with different contents.
   */
  conflicts?: number;
  held?: string;
}

interface FailAnswer {
  status: "queued" | "failed" | "cancelled" | "lost";
  run_after?: string;
}

interface Completed {
  jobs: { job_id: string; status: "completed" | "cancelled" | "lost" }[];
}

export interface JobResults {
  jobs_create: Stored<CreatedJob>;
  /** jobs_read, jobs_cancel and jobs_pages accept the job of any user if `p_user_id` is null. */
  jobs_read: JobRow;
  jobs_cancel: Of<typeof jobs.CancelledJob>;
  jobs_pages: Pages;
  jobs_dead: Page<"jobs", Of<typeof jobs.DeadJob>>;
  jobs_list: Page<"jobs", Of<typeof jobs.JobSummary>>;
  /** `next_at` is the time at which the next job is due. */
  jobs_claim: { jobs: ClaimedJob[]; next_at: string | null };
  /** Renews the leases. Returns the ids of the jobs that the runner may continue. */
  jobs_heartbeat: { jobs: string[] };
  jobs_checkpoint: CheckpointAnswer;
  jobs_complete: Completed;
  jobs_fail: FailAnswer;
  jobs_yield: { status: "queued" | "cancelled" | "lost" };
}
