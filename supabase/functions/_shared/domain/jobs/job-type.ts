/**
 * A type of job is one declaration: who may start it, its input, its maximum cost, and its steps. The
 * endpoints, the OpenAPI document and the runner are all made from it; types/ holds one file each.
 *
 * A job survives its runner because each finished step is stored. On the next run, a type's `run` begins at
 * the top, and every stored step returns its stored output. So the code between the steps must do the same
 * each time, and everything that costs or reads from outside must happen inside a step.
 */
import type { z } from "@hono/zod-openapi";
import type { Ai } from "../../adapters/ai/ai.ts";
import type { AiLog } from "../../adapters/ai/ai-log.ts";
import type { Database } from "../../adapters/database/database.ts";
import type { Metrics } from "../../metrics/metrics.ts";

/** The services that types may use; a function's services include them. */
export interface JobTools {
  readonly ai: () => Promise<Ai>;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly functionsUrl: string;
  readonly now: () => Date;
}

/** Tokens of one call of a model. Token kinds are disjoint. */
interface Tokens {
  readonly model: string;
  readonly input_tokens: number;
  readonly cached_input_tokens?: number | undefined;
  readonly cache_write_tokens?: number | undefined;
  readonly reasoning_tokens?: number | undefined;
  readonly occurred_at?: string | undefined;
}

/** The maximum usage of a job, held before it is queued. */
export type EstimateLine =
  & Tokens
  & ({ readonly output_tokens: number } | { readonly max_output_tokens: number });

/** The usage of a step. Without an event id it is named after the job and the step. */
export interface StepUsage extends Tokens {
  readonly event_id?: string;
  readonly output_tokens: number;
  readonly metadata?: unknown;
}

/** The result of a finished step: stored, charged and written in one transaction. */
export interface StepDone<T> {
  /** JSON, at most 256 KiB. */
  readonly output: T;
  readonly usage?: readonly StepUsage[];
  /** Appended to the job's file; at most 1 MiB. */
  readonly page?: string;
  readonly log?: AiLog;
  /** Percent of the whole job, up to 99. */
  readonly progress?: number;
}

/** The cost of a step. Credits as text. */
export interface StepCharge {
  readonly credits: string;
  /** The number of its uses that had been charged before. */
  readonly duplicates: number;
  /** The number of its uses that had been charged before with other contents, and so were not charged. */
  readonly conflicts: number;
}

/** The job as its type sees it. */
export interface Job {
  readonly id: string;
  readonly userId: string;
  /** The trace of the request that created it. */
  readonly traceId: string | null;
  /** Aborted when the run must end: pass it to calls that wait for an answer. */
  readonly signal: AbortSignal;
  /**
   * The output of the step of that name: the stored one, or else that of `run`, which is stored then. Before
   * a new step the job may leave its run here and continue in a later one. Names are unique in a job.
   */
  step<T>(name: string, run: () => Promise<StepDone<T>>): Promise<T>;
  /** The cost of a finished step, in this run or an earlier one. */
  chargeOf(name: string): Promise<StepCharge>;
}

type MayAsk = "user" | "secret";

interface Declaration<S extends z.ZodType> {
  /** Lower case with underscores. */
  readonly type: string;
  readonly summary: string;
  readonly who: readonly MayAsk[];
  readonly input: S;
  /**
   * A step's part of the 2 s of CPU that one run of a function has: twice the measured time, for its two
   * calls and a slower machine.
   */
  readonly stepCpuMs: number;
  /**
   * An upper bound of the job's usage; an empty list makes it free.
   * @throws ApiError for faults that only the whole input shows
   */
  readonly estimate: (input: z.output<S>, tools: JobTools) => Promise<readonly EstimateLine[]>;
  /** Runs the steps. Returns the result: JSON, at most 64 KiB. */
  readonly run: (job: Job, input: z.output<S>, tools: JobTools) => Promise<unknown>;
}

/** A declaration with its input's type erased, as endpoints and the runner use it. */
export type JobType = Declaration<z.ZodType>;

export function defineJobType<S extends z.ZodType>(declaration: Declaration<S>): JobType {
  // Both callers validate by this very schema first, so the erased type is the true one.
  return declaration as unknown as JobType;
}
