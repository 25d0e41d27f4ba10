/**
 * Does the work of POST /job-runner: claims jobs, runs them in parallel, completes them in batches,
 * and ends before the platform ends the request. Unfinished jobs are requeued, or reclaimed after
 * their lease expires.
 */
import type { z } from "@hono/zod-openapi";
import { UNTIL_STORED } from "../../adapters/database/retries.ts";
import type { ArgsOf, FunctionName, ResultOf } from "../../contracts/database/functions.ts";
import type { JobRunnerReport } from "../../contracts/runners.ts";
import type { ClaimedJob } from "../../contracts/database/results/jobs.ts";
import { withOwnTime } from "../../core/deadline.ts";
import { isUnavailable } from "../../core/errors.ts";
import type { Lifetime } from "../../core/isolate.ts";
import type { Logger } from "../../core/logger.ts";
import { AdaptiveConcurrency, RunBudget, SMALL_JOBS } from "./capacity.ts";
import type { Clock } from "../../core/timers.ts";
import { CompletionBatcher } from "./completion-batcher.ts";
import { describeFailure } from "./describe-failure.ts";
import type { JobTools, JobType } from "./job-type.ts";
import { LEASE_SECONDS } from "./lease.ts";
import { type AttemptOutcome, JobAttempt, type RunContext } from "./job-attempt.ts";
import { DEFAULT_OPTIONS, JOB_CPU_MS, type RunnerOptions } from "./runner-options.ts";

// The shortest wait in milliseconds. The database's clock decides which jobs are due, and this
// isolate's clock may be ahead of the database's clock. So a computed wait may be too short.
const MIN_WAIT_MS = 500;

/** Milliseconds for a write and its retries: half of a lease. */
const STORING_MS = LEASE_SECONDS * 1000 / 2;

/**
 * The final statuses of a job. `lost` is missing, because it is not a job's status: it says that
 * another runner has the job.
 */
const ENDS: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

export interface RunnerTools extends JobTools {
  readonly log: Logger;
  readonly lifetime: Lifetime;
}

type Report = z.output<typeof JobRunnerReport>;

export function runJobs(
  tools: RunnerTools,
  types: readonly JobType[],
  clock: Clock,
  options: Partial<RunnerOptions> = {},
): Promise<Report> {
  const all = { runnerId: crypto.randomUUID(), ...DEFAULT_OPTIONS, ...options };
  return new Runner(tools, new Map(types.map((type) => [type.type, type])), clock, all).run();
}

class Runner {
  readonly #report: Report = { claimed: 0, completed: 0, failed: 0, released: 0 };
  readonly #tasks = new Map<JobAttempt, Promise<void>>();
  readonly #budget: RunBudget;
  readonly #concurrency: AdaptiveConcurrency;
  readonly #completions: CompletionBatcher;
  readonly #run: RunContext;
  #lingerLeftMs: number;
  #hasYielded = false;

  constructor(
    private readonly tools: RunnerTools,
    private readonly types: ReadonlyMap<string, JobType>,
    private readonly clock: Clock,
    private readonly options: RunnerOptions,
  ) {
    this.#budget = new RunBudget(clock, tools.lifetime, options);
    this.#concurrency = new AdaptiveConcurrency({ least: options.concurrency, ...SMALL_JOBS });
    this.#lingerLeftMs = options.lingerMs;
    this.#completions = new CompletionBatcher((done) => this.#complete(done));
    this.#run = {
      tools,
      isOver: () => this.#budget.isOver,
      spend: (cpuMs) => this.#budget.spend(cpuMs),
      checkpoint: (job, step, done) => this.#checkpoint(job, step, done),
    };
  }

  async run(): Promise<Report> {
    const { heartbeatMs, hardMs } = this.options;
    const stopBeating = this.clock.every(heartbeatMs, () => void this.#beat());
    const { ending } = this.tools.lifetime;
    const breakOff = () => {
      for (const job of this.#tasks.keys()) job.abort();
    };
    const stopWaiting = this.clock.after(hardMs, breakOff);
    ending.addEventListener("abort", breakOff);
    try {
      while (await this.#goOn());
    } finally {
      await Promise.all(this.#tasks.values());
      stopBeating();
      stopWaiting();
      ending.removeEventListener("abort", breakOff);
    }
    if (this.#budget.isOver && !this.#hasYielded) await this.#handOver();
    return this.#report;
  }

  /**
   * Claims one due job and releases it at once. The release starts the next run, so that the
   * remaining jobs start without delay.
   */
  async #handOver(): Promise<void> {
    const { jobs } = await this.#claim(1);
    for (const job of jobs) await this.#yield(job);
  }

  /**
   * Claims jobs if more may run in parallel; otherwise waits until a job ends. Returns false when
   * this run has nothing left to do.
   */
  async #goOn(): Promise<boolean> {
    const { size } = this.#concurrency;
    const free = size - this.#tasks.size;
    if (free > 0 && !this.#budget.isOver) {
      // Claims jobs for half of the capacity at a time, so that the jobs of one half are claimed
      // while those of the other half are completed.
      const limit = Math.min(free, Math.ceil(size / 2));
      const { jobs, next_at } = await this.#claim(limit);
      for (const job of jobs) this.#start(job);
      // If the claim returned `limit` jobs, more jobs may be due. If it returned fewer, no other
      // job is due.
      if (jobs.length === limit) return true;
      if (this.#tasks.size === 0) return await this.#linger(next_at);
    }
    if (this.#tasks.size === 0) return false;
    await Promise.race(this.#tasks.values());
    return true;
  }

  #claim(limit: number) {
    return this.tools.database.rpc("jobs_claim", {
      p_runner_id: this.options.runnerId,
      p_types: [...this.types.keys()],
      p_limit: limit,
      p_lease_seconds: this.options.leaseSeconds,
    });
  }

  /**
   * Waits for the next job if it is due soon. So a retry need not wait for the run that pg_cron
   * starts in the next minute.
   */
  async #linger(nextAt: string | null): Promise<boolean> {
    if (nextAt === null) return false;
    const waitMs = Math.max(Date.parse(nextAt) - this.clock.nowMs(), MIN_WAIT_MS);
    if (waitMs > this.#lingerLeftMs || waitMs >= this.#budget.leftMs) return false;
    this.#lingerLeftMs -= waitMs;
    await this.clock.sleep(waitMs);
    return true;
  }

  #start(claimed: ClaimedJob): void {
    this.#report.claimed += 1;
    this.#budget.spend(JOB_CPU_MS);
    const job = new JobAttempt(claimed, this.types.get(claimed.type)!, this.#run);
    // The job is registered before its first step, so that heartbeats renew its lease.
    const task = Promise.resolve().then(() => this.#carry(job));
    this.#tasks.set(job, task.finally(() => this.#tasks.delete(job)));
  }

  async #carry(job: JobAttempt): Promise<void> {
    const { claimed } = job;
    const record = { job_id: claimed.job_id, type: claimed.type, trace_id: claimed.correlation_id };
    const beginMs = this.clock.nowMs();
    try {
      const outcome = await job.attempt();
      const status = await this.#end(claimed, outcome);
      this.#count(claimed, status);
      this.tools.log("info", "job", { ...record, attempt: claimed.attempts, status });
    } catch (error) {
      // The job's lease expires, and another runner continues from the last checkpoint.
      const { code, detail } = describeFailure(error);
      this.tools.log("error", "job not ended", { ...record, code, detail });
    } finally {
      this.#concurrency.finished(this.clock.nowMs() - beginMs);
    }
  }

  /**
   * Writes with retries. A repeated write is safe, because each write sends the token of the job's
   * lease.
   */
  #store<N extends FunctionName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>> {
    return withOwnTime(() => this.tools.database.rpc(name, args, UNTIL_STORED), STORING_MS);
  }

  /** Stores the end of the attempt, and returns the job's new status. */
  async #end(claimed: ClaimedJob, outcome: AttemptOutcome): Promise<string> {
    const { job_id, token } = claimed;
    if (outcome.kind === "ended") return outcome.status;
    if (outcome.kind === "yielded") return await this.#yield(claimed);
    if (outcome.kind === "threw") return await this.#fail(claimed, outcome.error);
    try {
      return await this.#completions.add({ job_id, token, result: outcome.result });
    } catch (error) {
      // If the database is unavailable, nothing is stored, and the job's lease expires. If the
      // database refused the result, it would refuse the same result again, so the attempt fails.
      if (isUnavailable(error)) throw error;
      return await this.#fail(claimed, error);
    }
  }

  async #yield({ job_id, token }: ClaimedJob): Promise<string> {
    const args = { p_job_id: job_id, p_token: token };
    const { status } = await this.#store("jobs_yield", args);
    // If the job is queued again, its release starts the next run. Otherwise the job was cancelled,
    // or another runner has claimed it in the meantime.
    if (status === "queued") this.#hasYielded = true;
    return status;
  }

  async #fail({ job_id, token, type }: ClaimedJob, error: unknown): Promise<string> {
    const { log } = this.tools;
    const { code, message, detail, retryable, retryAfterSeconds } = describeFailure(error);
    log(code === "internal" ? "error" : "warn", "job attempt failed", {
      job_id,
      type,
      code,
      detail,
    });
    const args = {
      p_job_id: job_id,
      p_token: token,
      p_code: code,
      p_message: message,
      p_detail: detail ?? undefined,
      p_retryable: retryable,
      p_retry_after_seconds: retryAfterSeconds ?? undefined,
    };
    return (await this.#store("jobs_fail", args)).status;
  }

  #count({ type, created_at }: ClaimedJob, status: string): void {
    if (status === "completed" || status === "failed") this.#report[status] += 1;
    if (status === "queued") this.#report.released += 1;
    if (!ENDS.has(status)) return;
    const tookMs = this.clock.nowMs() - Date.parse(created_at);
    this.tools.metrics.time("job", { type, outcome: status }, tookMs);
  }

  async #complete(done: readonly { job_id: string; token: number; result: unknown }[]) {
    const args = { p_runner_id: this.options.runnerId, p_done: done };
    return (await this.#store("jobs_complete", args)).jobs;
  }

  #checkpoint: RunContext["checkpoint"] = (job, step, done) => {
    const args = {
      p_job_id: job.job_id,
      p_token: job.token,
      p_step: step,
      p_output: [done.output] as const,
      p_usage: done.usage,
      p_page: done.page,
      p_log: done.log,
      p_progress: done.progress ?? job.progress,
      p_lease_seconds: this.options.leaseSeconds,
    };
    return this.#store("jobs_checkpoint", args);
  };

  /** Renews the leases. A job that the response does not list must not begin another step. */
  async #beat(): Promise<void> {
    const known = [...this.#tasks.keys()];
    if (known.length === 0) return;
    const { leaseSeconds: p_lease_seconds, runnerId: p_runner_id } = this.options;
    try {
      const { jobs } = await this.tools.database.rpc("jobs_heartbeat", {
        p_runner_id,
        p_lease_seconds,
      });
      const kept = new Set(jobs);
      for (const job of known) if (!kept.has(job.id)) job.leave();
    } catch (error) {
      this.tools.log("warn", "heartbeat failed", { code: describeFailure(error).code });
    }
  }
}
