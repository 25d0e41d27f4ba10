/** Runs one claimed job: stores its steps and reports how the attempt ended. */
import type { CheckpointAnswer, ClaimedJob } from "../../contracts/database/results/jobs.ts";
import { ApiError } from "../../core/errors.ts";
import { validate } from "../../http/input/validate.ts";
import type { Job, JobTools, JobType, StepCharge, StepDone } from "./job-type.ts";
import { jsonbBytes } from "../../core/json-size.ts";

/**
 * Thrown before a new step if the job must stop in this run. The attempt has not failed: the job
 * continues in another run.
 */
class RunMustEnd extends Error {}

/**
 * Thrown after a step if the job was cancelled, failed for lack of credits, or belongs to another
 * runner. Nothing more may be stored.
 */
class JobEnded extends Error {
  constructor(readonly status: Exclude<CheckpointAnswer["status"], "processing">) {
    super(`the job is ${status}`);
  }
}

/** The end of an attempt, with its result or error. */
export type AttemptOutcome =
  | { readonly kind: "finished"; readonly result: unknown }
  | { readonly kind: "yielded" }
  | { readonly kind: "ended"; readonly status: JobEnded["status"] }
  | { readonly kind: "threw"; readonly error: unknown };

/** The run that claimed the job. Only the members that the job needs are listed. */
export interface RunContext {
  readonly tools: JobTools;
  /** Returns true if no new step may begin. */
  readonly isOver: () => boolean;
  readonly spend: (cpuMs: number) => void;
  readonly checkpoint: (
    job: ClaimedJob,
    step: string,
    done: StepDone<unknown>,
  ) => Promise<CheckpointAnswer>;
}

// The limit of the database's constraint jobs_result_bounded.
const MAX_RESULT_BYTES = 65_536;

export class JobAttempt implements Job {
  readonly #outputs: Map<string, unknown>;
  readonly #charges = new Map<string, StepCharge>();
  readonly #abort = new AbortController();
  #mustLeave = false;

  constructor(
    readonly claimed: ClaimedJob,
    private readonly type: JobType,
    private readonly run: RunContext,
  ) {
    this.#outputs = new Map(
      claimed.checkpoints.map(({ step, output: [output] }) => [step, output]),
    );
  }

  get id(): string {
    return this.claimed.job_id;
  }

  get userId(): string {
    return this.claimed.user_id;
  }

  get traceId(): string | null {
    return this.claimed.correlation_id;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Prevents further steps. The current step may finish, because it may already have caused costs. */
  leave(): void {
    this.#mustLeave = true;
  }

  /**
   * Aborts the current step and prevents further steps, because the request or the isolate is about to end.
   */
  abort(): void {
    this.leave();
    this.#abort.abort(new RunMustEnd());
  }

  async chargeOf(name: string): Promise<StepCharge> {
    // It is safe to store the same step again: that changes nothing and returns the first charge.
    return this.#charges.get(name) ?? await this.#keep(name, { output: this.#outputs.get(name) });
  }

  async step<T>(name: string, run: () => Promise<StepDone<T>>): Promise<T> {
    // The output was stored by the step with this name, so it has that step's type.
    if (this.#outputs.has(name)) return this.#outputs.get(name) as T;
    if (this.#mustLeave || this.run.isOver()) throw new RunMustEnd();
    this.run.spend(this.type.stepCpuMs);
    const done = await run();
    await this.#keep(name, done);
    this.#outputs.set(name, done.output);
    return done.output;
  }

  async #keep(name: string, done: StepDone<unknown>): Promise<StepCharge> {
    const answer = await this.run.checkpoint(this.claimed, name, done);
    if (answer.status !== "processing") throw new JobEnded(answer.status);
    const { credits = "0", duplicates = 0, conflicts = 0 } = answer;
    const charge = { credits, duplicates, conflicts };
    this.#charges.set(name, charge);
    return charge;
  }

  /** Runs the type's steps to the end, or until the run must end. Never rejects. */
  async attempt(): Promise<AttemptOutcome> {
    try {
      const input = validate(this.type.input, this.claimed.input);
      const result = await this.type.run(this, input, this.run.tools);
      const bytes = jsonbBytes(result);
      if (bytes > MAX_RESULT_BYTES) {
        throw new ApiError("internal", { internal: `the result has ${bytes} bytes` });
      }
      return { kind: "finished", result };
    } catch (error) {
      // An aborted call may throw any error; the real reason is that the run ended.
      if (error instanceof RunMustEnd || this.signal.aborted) return { kind: "yielded" };
      if (error instanceof JobEnded) return { kind: "ended", status: error.status };
      return { kind: "threw", error };
    }
  }
}
