/** The database functions of jobs, in memory. To the runner they behave as the SQL functions do. */
import {
  createDatabase,
  type Database,
} from "../../../../supabase/functions/_shared/adapters/database/database.ts";
import type { JobResults } from "../../../../supabase/functions/_shared/contracts/database/results/jobs.ts";
import type { Clock } from "../../../../supabase/functions/_shared/core/timers.ts";
import { USER_ID } from "../project.ts";
import type { SamplesOf } from "../samples/database.ts";

type RunnerName = Exclude<
  keyof JobResults,
  "jobs_create" | "jobs_dead" | "jobs_list" | "jobs_pages" | "jobs_read"
>;

interface Row {
  readonly job_id: string;
  readonly type: string;
  readonly input: unknown;
  readonly createdAt: string;
  status: "queued" | "processing" | "completed" | "failed" | "cancelled";
  token: number;
  runnerId: string | null;
  leaseUntilMs: number;
  runAfterMs: number;
  attempts: number;
  progress: number;
  readonly steps: {
    step: string;
    output: unknown;
    credits: string;
    duplicates: number;
    conflicts?: number;
  }[];
  readonly usage: unknown[];
  readonly pages: string[];
  result: unknown;
  error: { code: string; message: string; detail: string | null } | null;
}

interface RecordedCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const MAX_ATTEMPTS = 3;
const RETRY_MS = 2_000;

const iso = (ms: number) => new Date(ms).toISOString();

export class FakeJobs {
  readonly rows: Row[] = [];
  readonly calls: RecordedCall[] = [];
  /**
   * A hook that is called before each database function, and may wait. If it throws an error, the
   * function is not called.
   */
  before: (name: string) => void | Promise<void> = () => {};

  constructor(private readonly clock: Clock) {}

  add(type: string, input: unknown = {}): Row {
    const row: Row = {
      ...{ job_id: crypto.randomUUID(), type, input, status: "queued", token: 0, runnerId: null },
      createdAt: iso(this.clock.nowMs()),
      ...{ leaseUntilMs: 0, runAfterMs: this.clock.nowMs(), attempts: 0, progress: 0, steps: [] },
      ...{ usage: [], pages: [], result: null, error: null },
    };
    this.rows.push(row);
    return row;
  }

  /** The arguments of every call of one function. */
  callsOf(name: keyof JobResults): Readonly<Record<string, unknown>>[] {
    return this.calls.filter((call) => call.name === name).map(({ args }) => args);
  }

  /** @param others the database functions that a job type under test calls in addition */
  database(others: Partial<Database> = {}): Database {
    type Call = (name: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;
    const call: Call = async (name, args) => {
      this.calls.push({ name, args });
      await this.before(name);
      const own = (this.#functions as unknown as Record<string, (args: unknown) => unknown>)[name];
      return own === undefined
        ? await (others.rpc as unknown as Call)(name, args)
        : structuredClone(own(args));
    };
    return createDatabase({ call, close: () => Promise.resolve() });
  }

  #mine(jobId: string, token: number): Row | undefined {
    return this.rows.find((row) =>
      row.job_id === jobId && row.token === token && row.runnerId !== null
    );
  }

  #end(row: Row, status: Row["status"]): Row["status"] {
    if (row.status !== "cancelled") row.status = status;
    row.runnerId = null;
    return row.status;
  }

  readonly #functions: Pick<SamplesOf<JobResults>, RunnerName> = {
    jobs_claim: ({ p_runner_id, p_types, p_limit, p_lease_seconds }) => {
      const nowMs = this.clock.nowMs();
      for (const row of this.rows) {
        if (row.runnerId !== null && row.leaseUntilMs <= nowMs) this.#end(row, "queued");
      }
      const queued = this.rows.filter(({ status, type }) =>
        status === "queued" && p_types.includes(type)
      );
      const due = queued.filter(({ runAfterMs }) => runAfterMs <= nowMs).slice(0, p_limit);
      for (const row of due) {
        row.status = "processing";
        row.token += 1;
        row.attempts += 1;
        row.runnerId = p_runner_id;
        row.leaseUntilMs = nowMs + p_lease_seconds * 1000;
      }
      const soonest = Math.min(...queued.map(({ runAfterMs }) => runAfterMs));
      const jobs = due.map(({ createdAt, steps, ...row }) => ({
        ...{ job_id: row.job_id, token: row.token, type: row.type, input: row.input },
        ...{ attempts: row.attempts, progress: row.progress },
        checkpoints: steps.map(({ step, output }) => ({ step, output: [output] as const })),
        ...{ user_id: USER_ID, max_attempts: MAX_ATTEMPTS, correlation_id: "trace" },
        ...{ created_at: createdAt, expires_at: iso(nowMs + 86_400_000) },
      }));
      const next_at = due.length === 0 && queued.length > 0 ? iso(soonest) : null;
      return { jobs, next_at };
    },
    jobs_heartbeat: ({ p_runner_id, p_lease_seconds }) => {
      const held = this.rows.filter(({ runnerId }) => runnerId === p_runner_id);
      for (const row of held) row.leaseUntilMs = this.clock.nowMs() + p_lease_seconds * 1000;
      const jobs = held.filter(({ status }) => status === "processing");
      return { jobs: jobs.map(({ job_id }) => job_id) };
    },
    jobs_checkpoint: ({ p_job_id, p_token, p_step, p_output, p_usage, p_page, p_progress = 0 }) => {
      const row = this.#mine(p_job_id, p_token);
      if (row === undefined) return { status: "lost" };
      if (!row.steps.some(({ step }) => step === p_step)) {
        row.steps.push({ step: p_step, output: p_output[0], credits: "1.5", duplicates: 0 });
        row.usage.push(...p_usage as unknown[] ?? []);
        if (p_page) row.pages.push(p_page);
        row.progress = Math.max(row.progress, p_progress);
      }
      if (row.status === "cancelled") this.#end(row, "cancelled");
      const status = row.status === "cancelled" ? "cancelled" : "processing";
      const { credits, duplicates, conflicts = 0 } = row.steps.find(({ step }) => step === p_step)!;
      return { status, credits, duplicates, conflicts, held: "10" };
    },
    jobs_complete: ({ p_done }) => ({
      jobs: p_done.map(({ job_id, token, result }) => {
        const row = this.#mine(job_id, token);
        if (row === undefined) return { job_id, status: "lost" };
        row.result = result;
        return { job_id, status: this.#end(row, "completed") as "completed" | "cancelled" };
      }),
    }),
    jobs_fail: (args) => {
      const row = this.#mine(args.p_job_id, args.p_token);
      if (row === undefined) return { status: "lost" };
      row.error = {
        ...{ code: args.p_code, message: args.p_message, detail: args.p_detail ?? null },
      };
      const again = args.p_retryable && row.attempts < MAX_ATTEMPTS;
      const waitMs = Math.max(RETRY_MS, (args.p_retry_after_seconds ?? 0) * 1000);
      if (again) row.runAfterMs = this.clock.nowMs() + waitMs;
      const status = this.#end(row, again ? "queued" : "failed");
      return { status: status as "queued" | "failed" | "cancelled" };
    },
    jobs_yield: ({ p_job_id, p_token }) => {
      const row = this.#mine(p_job_id, p_token);
      if (row === undefined) return { status: "lost" };
      row.attempts -= 1;
      return { status: this.#end(row, "queued") as "queued" | "cancelled" };
    },
    jobs_cancel: ({ p_job_id }) => {
      const row = this.rows.find(({ job_id }) => job_id === p_job_id)!;
      row.status = "cancelled";
      return { job_id: p_job_id, status: "cancelled" };
    },
  };
}
