/**
 * A type of job is one declaration: who may ask for it, what goes in, what it may cost, and its steps. The
 * doors, the OpenAPI document and the runner are all made from it; types/ holds one file each.
 *
 * A job survives its runner because each step is kept when it is done. Run again, a type's `run` begins at
 * the top, and every step that is kept answers with what it gave then: so `run` between its steps has to be
 * the same each time, and whatever costs or looks outside happens inside a step.
 */
import type { z } from "@hono/zod-openapi";
import type { Ai } from "../../adapters/ai/ai.ts";
import type { AiLog } from "../../adapters/ai/ai-log.ts";
import type { Database } from "../../adapters/database/database.ts";
import type { Metrics } from "../../metrics/metrics.ts";

/** What types may use; the services of a function have it all. */
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

/** What a job will use at most, to be held before it is queued. */
export type EstimateLine =
  & Tokens
  & ({ readonly output_tokens: number } | { readonly max_output_tokens: number });

/** What a step has used. Without an event id it is named after the job and the step. */
export interface StepUsage extends Tokens {
  readonly event_id?: string;
  readonly output_tokens: number;
  readonly metadata?: unknown;
}

/** What a step hands over when it is done: kept, charged and written in one transaction. */
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

/** What a step has cost. Credits as text. */
export interface StepCharge {
  readonly credits: string;
  /** How many of its uses had been charged before. */
  readonly duplicates: number;
  /** How many of its uses had been charged before with other contents, and so were not charged. */
  readonly conflicts: number;
}

/** The job as its type meets it. */
export interface Job {
  readonly id: string;
  readonly userId: string;
  /** The trace of the request that asked for it. */
  readonly traceId: string | null;
  /** Aborted when the run must end: what waits for an answer hands it on. */
  readonly signal: AbortSignal;
  /**
   * The output of the step of that name: as it was kept, or else from `run`, which is kept then. Before a
   * step that is new the job may leave its run here, to go on in a later one. Names are unique in a job.
   */
  step<T>(name: string, run: () => Promise<StepDone<T>>): Promise<T>;
  /** What a step that is done has cost, in this run or an earlier one. */
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
   * What a step takes of the 2 s of CPU that one run of a function has: as measured, and twice that, for
   * its two calls and a slower machine.
   */
  readonly stepCpuMs: number;
  /**
   * An upper bound of what the job will use; none: it is free.
   * @throws ApiError for what only the whole input shows to be wrong
   */
  readonly estimate: (input: z.output<S>, tools: JobTools) => Promise<readonly EstimateLine[]>;
  /** The steps. Gives the result: JSON, at most 64 KiB. */
  readonly run: (job: Job, input: z.output<S>, tools: JobTools) => Promise<unknown>;
}

/** A declaration with its input's type erased, as doors and runner use it. */
export type JobType = Declaration<z.ZodType>;

export function defineJobType<S extends z.ZodType>(declaration: Declaration<S>): JobType {
  // Both callers validate by this very schema first, so the erased type is the true one.
  return declaration as unknown as JobType;
}
