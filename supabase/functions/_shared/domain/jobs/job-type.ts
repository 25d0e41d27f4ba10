/**
 * Declares a type of job in one place: callers, input, maximum cost and steps. The endpoints, the
 * OpenAPI document and the runner are made from the declaration. Each type has its own file in
 * types/.
 *
 * Each finished step is stored, so a job continues after its runner dies. In the next run, the
 * type's `run` starts from the beginning, and every stored step returns its stored output. So the
 * code between the steps must be deterministic, and code that costs credits or reads from outside
 * must run inside a step.
 */
import type { z } from "@hono/zod-openapi";
import type { Ai } from "../../adapters/ai/ai.ts";
import type { AiLog } from "../../adapters/ai/ai-log.ts";
import type { Database } from "../../adapters/database/database.ts";
import type { Metrics } from "../../metrics/metrics.ts";

/** The services that job types may use. */
export interface JobTools {
  readonly ai: () => Promise<Ai>;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly functionsUrl: string;
  readonly now: () => Date;
}

/** The tokens of one call of a model. Each token is counted in one field only. */
interface Tokens {
  readonly model: string;
  readonly input_tokens: number;
  readonly cached_input_tokens?: number | undefined;
  readonly cache_write_tokens?: number | undefined;
  readonly reasoning_tokens?: number | undefined;
  readonly occurred_at?: string | undefined;
}

/**
 * One line of a job's maximum usage. Credits for the price of this usage are held before the job is
 * queued.
 */
export type EstimateLine =
  & Tokens
  & ({ readonly output_tokens: number } | { readonly max_output_tokens: number });

/**
 * The usage of a step. Without `event_id` the usage event gets an id made of the job and the step.
 */
export interface StepUsage extends Tokens {
  readonly event_id?: string;
  readonly output_tokens: number;
  readonly metadata?: unknown;
}

/**
 * The result of a finished step. One transaction stores the output, charges the usage and appends
 * the page.
 */
export interface StepDone<T> {
  /** JSON of at most 256 KiB. */
  readonly output: T;
  readonly usage?: readonly StepUsage[];
  /** Text to append to the job's file; at most 1 MiB. */
  readonly page?: string;
  readonly log?: AiLog;
  /** Percent of the whole job, 0 to 99. */
  readonly progress?: number;
}

/** The cost of a step; credits are a decimal string. */
export interface StepCharge {
  readonly credits: string;
  /** The number of the step's usage events that had already been charged. */
  readonly duplicates: number;
  /**
   * The number of the step's usage events that were not charged, because their event ids had
   * already been charged with different contents.
   */
  readonly conflicts: number;
}

/** A job, as its type's `run` uses it. */
export interface Job {
  readonly id: string;
  readonly userId: string;
  /** The trace of the request that created the job. */
  readonly traceId: string | null;
  /** Aborted when the run must end. Pass the signal to every call that waits for a response. */
  readonly signal: AbortSignal;
  /**
   * Returns the step's stored output. If no output is stored, calls `run`, stores the output of
   * `run`, and returns that output. The job may stop before a new step and continue in a later run.
   * Step names are unique within a job.
   */
  step<T>(name: string, run: () => Promise<StepDone<T>>): Promise<T>;
  /** Returns the cost of a step that finished in this run or in an earlier one. */
  chargeOf(name: string): Promise<StepCharge>;
}

type MayAsk = "user" | "secret";

interface Declaration<S extends z.ZodType> {
  /** The type's name, in lower case with underscores. */
  readonly type: string;
  readonly summary: string;
  readonly who: readonly MayAsk[];
  readonly input: S;
  /**
   * The CPU budget of a step: twice the measured CPU time, to cover the step's two database calls
   * and slower machines. The platform gives one run of a function 2 s of CPU.
   */
  readonly stepCpuMs: number;
  /**
   * Returns an upper bound of the job's usage. An empty list makes the job free.
   * @throws ApiError for an invalid input that the schema cannot detect, because several fields together make
   * it invalid
   */
  readonly estimate: (input: z.output<S>, tools: JobTools) => Promise<readonly EstimateLine[]>;
  /** Runs the steps. Returns the job's result: JSON of at most 64 KiB. */
  readonly run: (job: Job, input: z.output<S>, tools: JobTools) => Promise<unknown>;
}

/** A declaration without the type of its input, for the endpoints and the runner. */
export type JobType = Declaration<z.ZodType>;

export function defineJobType<S extends z.ZodType>(declaration: Declaration<S>): JobType {
  // The endpoints and the runner validate the input with this declaration's schema before they use
  // it, so the cast is safe.
  return declaration as unknown as JobType;
}
