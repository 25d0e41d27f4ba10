/** Jobs: requests, states, and responses to polls. */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "./credit-amounts.ts";
import { NamedUser, text, Uuid } from "./fields.ts";
import { listQuery, SeqCursor } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

export const JobStatus = z.enum(["queued", "processing", "completed", "failed", "cancelled"]);

/** The fields of every job request besides `type` and `input`. */
export const jobFields = {
  client_temp_id: text(100).optional(),
  user_id: Uuid.optional().openapi({ description: "The job's user; required with a secret key." }),
};

const Progress = z.int().min(0).max(100).openapi({
  description: "The progress in percent. It never decreases.",
});

/** The response with status 202: the job, and the URL to poll. */
export const StartedJob = z.object({
  job_id: Uuid,
  client_temp_id: z.string().nullable(),
  type: z.string(),
  status: JobStatus.openapi({
    description:
      "queued for a new job. If a job with this client_temp_id exists already, that job's status.",
  }),
  progress: Progress,
  held: SignedAmount.openapi({ description: "Credits held for the whole job." }),
  poll_url: z.string().openapi({ format: "uri" }),
  created_at: TimestampOut,
  expires_at: TimestampOut,
}).openapi("StartedJob");

const JobError = z.object({
  code: z.string(),
  message: z.string().openapi({ description: "A sentence for people; users may see it." }),
});

const summaryFields = {
  job_id: Uuid,
  type: z.string(),
  status: JobStatus,
  progress: Progress,
  error: JobError.nullable().openapi({
    description:
      "The error of the last attempt; present also while the job waits for its next attempt.",
  }),
  attempts: z.int(),
  client_temp_id: z.string().nullable(),
  created_at: TimestampOut,
  started_at: TimestampOut.nullable(),
  completed_at: TimestampOut.nullable(),
  expires_at: TimestampOut,
};

export const JobSummary = z.object(summaryFields).openapi("JobSummary");

/** A dead-lettered job as operators list it. */
export const DeadJob = z.object({
  ...summaryFields,
  user_id: Uuid.nullable(),
  detail: z.string().nullable().openapi({ description: "The last error, for developers." }),
}).openapi("DeadJob");

const Checkpoint = z.object({
  step: z.string(),
  at: TimestampOut,
  credits: SignedAmount.openapi({ description: "Credits charged for this step." }),
});

export const Job = z.object({
  ...summaryFields,
  checkpoints: z.array(Checkpoint).openapi({
    description: "The newest 100 checkpoints, oldest first.",
  }),
  result: z.unknown().openapi({
    description: "The result of a completed job; the type defines its shape.",
  }),
}).openapi("Job");

export const JobPath = z.object({ id: Uuid });

export const JobsQuery = z.strictObject({
  ...listQuery,
  cursor: SeqCursor.optional(),
  status: JobStatus.optional(),
  user_id: NamedUser,
});

export const DeadJobsQuery = z.strictObject({
  ...listQuery,
  cursor: SeqCursor.optional(),
  user_id: Uuid.optional(),
});

export const CancelledJob = z.object({
  job_id: Uuid,
  status: z.literal("cancelled"),
}).openapi("CancelledJob");
