/** A valid result of each database function of jobs, in the format that SQL returns. */
import type { JobResults } from "../../../../supabase/functions/_shared/contracts/database/results/jobs.ts";
import { USER_ID } from "../project.ts";
import type { SamplesOf } from "./database.ts";

const NOW = "2026-11-21T12:00:00+00:00";
const TOMORROW = "2026-11-22T12:00:00+00:00";

export const JOB_ID = "5f0e7c9a-30c8-4bb7-a2f1-0d9f2c1b7e03";

const job = {
  job_id: JOB_ID,
  type: "research",
  status: "processing" as const,
  progress: 40,
  error: null,
  attempts: 1,
  client_temp_id: null,
  created_at: NOW,
  started_at: NOW,
  completed_at: null,
  expires_at: TOMORROW,
};

export const JOB_SAMPLES: SamplesOf<JobResults> = {
  jobs_create: ({ p_type, p_client_temp_id }) => ({
    status: 202,
    replayed: false,
    data: {
      job_id: JOB_ID,
      client_temp_id: p_client_temp_id ?? null,
      type: p_type,
      status: "queued",
      progress: 0,
      held: "12.5",
      created_at: NOW,
      expires_at: TOMORROW,
    },
  }),
  jobs_read: () => ({
    ...job,
    checkpoints: [{ step: "plan", at: NOW, credits: "2.5" }],
    result: null,
    revision: 3,
    age_seconds: 1,
    has_file: false,
  }),
  jobs_cancel: ({ p_job_id }) => ({ job_id: p_job_id, status: "cancelled" }),
  jobs_pages: () => ({ pages: [{ page: 1, content: "id,seq\r\n" }], last: true }),
  jobs_dead: () => ({
    jobs: [{ ...job, status: "failed" as const, user_id: USER_ID, detail: null }],
    next_before: null,
  }),
  jobs_list: () => ({ jobs: [job], next_before: null }),
  jobs_claim: () => ({ jobs: [], next_at: null }),
  jobs_heartbeat: () => ({ jobs: [] }),
  jobs_checkpoint: () => ({
    status: "processing",
    credits: "0",
    duplicates: 0,
    conflicts: 0,
    held: "0",
  }),
  jobs_complete: ({ p_done }) => ({
    jobs: p_done.map(({ job_id }) => ({ job_id, status: "completed" as const })),
  }),
  jobs_fail: () => ({ status: "failed" }),
  jobs_yield: () => ({ status: "queued" }),
};
