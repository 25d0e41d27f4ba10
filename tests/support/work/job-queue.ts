/**
 * A queue of jobs that only a test's own runners run. The job types are the real ones under different
 * names, which the stack's runner does not know.
 */
import postgres from "postgres";
import { MODELS } from "@farthing/local-stack/functions";
import { createAi } from "../../../supabase/functions/_shared/adapters/ai/openai.ts";
import type { JobType } from "../../../supabase/functions/_shared/domain/jobs/job-type.ts";
import { JOB_TYPES } from "../../../supabase/functions/_shared/domain/jobs/types/registry.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

type Sql = postgres.Sql<Record<string, never>>;

type TypeName = "research" | "ledger_export" | "usage_backfill";

/** A job's row. `credits` is the sum of its steps' costs, as text. */
export interface QueuedJob {
  jobId: string;
  type: TypeName;
  userId: string;
  status: string;
  attempts: number;
  steps: string[];
  credits: string;
}

export interface Queue {
  readonly name: string;
  readonly sql: Sql;
  /** Queues a job with a hold of its estimated cost, and returns the job's id. */
  add(type: TypeName, userId: string, input: unknown): Promise<string>;
  /** Returns all jobs of the queue, oldest first. */
  jobs(): Promise<QueuedJob[]>;
  /** Waits until each job is completed or failed, and returns all jobs. */
  emptied(deadlineMs?: number): Promise<QueuedJob[]>;
}

const CONNECTIONS = 8;

const nameIn = (queue: string, type: string) => `${queue}_${type}`;

/** Returns the project's job types under this queue's names. */
export function typesOf(queue: string): JobType[] {
  return JOB_TYPES.map((each) => ({ ...each, type: nameIn(queue, each.type) }));
}

function openQueue(world: World, sql: Sql): Queue {
  const name = `q${crypto.randomUUID().slice(0, 8)}`;
  const ai = createAi({
    baseUrl: `${world.aiUrl}/v1`,
    apiKey: world.aiKey,
    models: new Map(Object.entries(MODELS)),
    researchModel: "gpt-4o-mini",
  });
  const tools = { ai: () => Promise.resolve(ai), now: () => new Date() };
  const jobs = async () => {
    const rows = await sql<QueuedJob[]>`
      select j.job_id as "jobId", substr(j.type, ${name.length + 2}) as type, j.user_id as "userId",
        j.status, j.attempts,
        coalesce(array_agg(c.step order by c.nr) filter (where c.nr is not null), '{}') as steps,
        trim_scale(coalesce(sum(c.credits), 0))::text as credits
      from farthing.jobs j left join farthing.job_checkpoints c using (job_nr)
      where starts_with(j.type, ${`${name}_`}) group by j.job_nr order by j.job_nr`;
    return rows.map((row) => ({ ...row }));
  };
  return {
    name,
    sql,
    jobs,
    async add(type, userId, input) {
      const declared = JOB_TYPES.find((each) => each.type === type)!;
      // The estimates of all job types use only these tools, so the cast is safe.
      const estimate = await declared.estimate(input, tools as Parameters<JobType["estimate"]>[1]);
      const [row] = await sql`
        select farthing_public.jobs_create(${userId}, ${nameIn(name, type)}, ${
        JSON.stringify(input)
      }::jsonb,
          ${JSON.stringify(estimate)}::jsonb) #>> '{data,job_id}' as id`;
      return String(row?.id);
    },
    async emptied(deadlineMs) {
      let open: unknown[] = [];
      try {
        return await until(`the queue ${name} is empty`, async () => {
          const all = await jobs();
          open = all.filter(({ status }) => !["completed", "failed"].includes(status));
          return open.length === 0 ? all : undefined;
        }, deadlineMs);
      } catch (error) {
        throw new Error(`${(error as Error).message}: ${JSON.stringify(open)}`);
      }
    },
  };
}

/** Runs `use` with a new queue. */
export async function withQueue<T>(world: World, use: (queue: Queue) => Promise<T>): Promise<T> {
  const sql = postgres(world.databaseUrl, {
    max: CONNECTIONS,
    onnotice: () => {},
    connect_timeout: 30,
  });
  try {
    return await use(openQueue(world, sql));
  } finally {
    await sql.end({ timeout: 5 });
  }
}
