/** Results of the functions of jobs, for users and for runners. */
import type * as jobs from "../../jobs.ts";
import type { Of, Page, Stored } from "./shapes.ts";

type CreatedJob = Omit<Of<typeof jobs.StartedJob>, "poll_url">;

type JobRow = Of<typeof jobs.Job> & {
  /** Changes whenever anything in the answer does. */
  revision: number;
  age_seconds: number;
  has_file: boolean;
};

interface Pages {
  pages: { page: number; content: string }[];
  last: boolean;
}

/** A step that is done, and what it gave. */
export interface DoneStep {
  step: string;
  /** The list around it, as it was sent. */
  output: readonly [unknown];
}

/** A job under a lease. Each write to it must show the token. */
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
  /** Anything but processing: stop. */
  status: "processing" | "cancelled" | "failed" | "lost";
  /** The step's cost as text; of a known step its cost at that time. */
  credits?: string;
  /** How many of its uses had been charged before. */
  duplicates?: number;
  /** How many had been charged before with other contents, and so were not charged. */
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
  /** `p_user_id` null reads any user's job; so it does in the next two that take it. */
  jobs_read: JobRow;
  jobs_cancel: Of<typeof jobs.CancelledJob>;
  jobs_pages: Pages;
  jobs_list: Page<"jobs", Of<typeof jobs.JobSummary>>;
  /** `next_at`: when the next job is due, where none is now. */
  jobs_claim: { jobs: ClaimedJob[]; next_at: string | null };
  /** The jobs that are still this runner's to work on. */
  jobs_heartbeat: { jobs: string[] };
  jobs_checkpoint: CheckpointAnswer;
  jobs_complete: Completed;
  jobs_fail: FailAnswer;
  jobs_yield: { status: "queued" | "cancelled" | "lost" };
}
