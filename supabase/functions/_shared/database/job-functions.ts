/** The database functions of jobs: those of who asked for one, and those of who runs them. */
import type { z } from "@hono/zod-openapi";
import type * as jobs from "../contracts/jobs.ts";
import type { Fn, Json, Once, Optional, Stored } from "./functions.ts";

interface CreateArgs extends Once {
  p_user_id: string;
  p_type: string;
  p_input: Json;
  /** Usage lines whose price is held; none: the job is free. */
  p_estimate: Json;
  p_client_temp_id: Optional<string>;
  p_correlation_id: string;
}

type CreatedJob = Omit<z.output<typeof jobs.StartedJob>, "poll_url">;

type JobRow = z.output<typeof jobs.Job> & {
  /** Changes whenever anything in the answer does. */
  revision: number;
  age_seconds: number;
  has_file: boolean;
};

interface ListArgs {
  p_user_id: string;
  p_status: Optional<string>;
  p_before: Optional<string>;
  p_limit: number;
}

interface JobsPage {
  jobs: z.output<typeof jobs.JobSummary>[];
  next_before: string | null;
}

interface PagesArgs {
  p_user_id: Optional<string>;
  p_job_id: string;
  /** The last page that is known; 0 before the first. */
  p_after: number;
  p_limit: number;
}

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

/** A job under a lease. Whoever writes to it shows the token. */
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

interface ClaimArgs {
  p_runner_id: string;
  p_types: readonly string[];
  p_limit: number;
  p_lease_seconds: number;
}

interface CheckpointArgs {
  p_job_id: string;
  p_token: number;
  p_step: string;
  /** A list around the output: alone, an output that is a text would be read as JSON itself. */
  p_output: readonly [unknown];
  /** Usage events; without an id of its own an event is named after the job and the step. */
  p_usage: Json;
  /** Appended to the job's file. */
  p_page: Optional<string>;
  p_log: Json;
  p_progress: number;
  p_lease_seconds: number;
}

export interface CheckpointAnswer {
  /** Anything but processing: stop. */
  status: "processing" | "cancelled" | "failed" | "lost";
  /** What the step has cost, as text; of a known one what it cost then. */
  credits?: string;
  /** How many of its uses had been charged before. */
  duplicates?: number;
  /** How many had been charged before with other contents, and so were not charged. */
  conflicts?: number;
  held?: string;
}

interface FailArgs {
  p_job_id: string;
  p_token: number;
  p_code: string;
  p_message: string;
  p_detail: Optional<string>;
  p_retryable: boolean;
  p_retry_after_seconds: Optional<number>;
}

interface FailAnswer {
  status: "queued" | "failed" | "cancelled" | "lost";
  run_after?: string;
}

interface Completed {
  jobs: { job_id: string; status: "completed" | "cancelled" | "lost" }[];
}

export interface JobFunctions {
  jobs_create: Fn<CreateArgs, Stored<CreatedJob>>;
  /** `p_user_id` null reads any user's job; so it does in the next two that take it. */
  jobs_read: Fn<{ p_user_id: Optional<string>; p_job_id: string }, JobRow>;
  jobs_cancel: Fn<
    { p_user_id: Optional<string>; p_job_id: string },
    z.output<typeof jobs.CancelledJob>
  >;
  jobs_pages: Fn<PagesArgs, Pages>;
  jobs_list: Fn<ListArgs, JobsPage>;
  /** `next_at`: when the next job is due, where none is now. */
  jobs_claim: Fn<ClaimArgs, { jobs: ClaimedJob[]; next_at: string | null }>;
  /** The jobs that are still this runner's to work on. */
  jobs_heartbeat: Fn<{ p_runner_id: string; p_lease_seconds: number }, { jobs: string[] }>;
  jobs_checkpoint: Fn<CheckpointArgs, CheckpointAnswer>;
  jobs_complete: Fn<
    {
      p_runner_id: string;
      p_done: readonly { job_id: string; token: number; result: unknown }[];
    },
    Completed
  >;
  jobs_fail: Fn<FailArgs, FailAnswer>;
  jobs_yield: Fn<
    { p_job_id: string; p_token: number },
    { status: "queued" | "cancelled" | "lost" }
  >;
}
