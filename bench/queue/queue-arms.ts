/**
 * The arms of the queue. For each arm: how its queue is filled, emptied and checked, and the work
 * that the arm leaves out.
 */
import type { QueueTarget } from "../load/client-job.ts";

/** The two statements that a connection repeats: one claims a job, the other completes it. */
interface ByStatements {
  claim: string;
  complete: string;
  width: number;
}

export interface QueueArm {
  name: string;
  /**
   * Either two statements, which the benchmark's clients run, or the name of a runtime
   * (runtime.ts), which runs the jobs over its own connections.
   */
  by: ByStatements | { runtime: string };
  /** SQL that queues `$jobs` more jobs. */
  fill: string;
  /**
   * The call of the SQL function, or the subquery, that returns the problems in the queue's table.
   * `$jobs` stands for the number of all jobs that were ever queued.
   */
  problems: string;
  lacks: string;
}

const OWN = { fill: "select bench.queue_fill($jobs)", problems: "bench.queue_problems($jobs)" };

const PEER = {
  fill: "select count(*) from graphile_worker.add_jobs(array(select " +
    "row('trivial', json_build_object('id', n), null, null, null, null, null, null)" +
    "::graphile_worker.job_spec from generate_series(1, $jobs) n))",
  problems: "(select format('%s jobs are left', count(*)) from graphile_worker._private_jobs " +
    "having count(*) > 0)",
};

const PEER_LACKS = "credits, fencing, a row of what is finished";

/** The id of a runner. Any value will do. */
const RUNNER_ID = "'00000000-0000-4000-8000-000000000000'";

/** Calls the product's two functions for one job at a time, without the runner. */
export const ONE_BY_ONE = {
  name: "jobs_claim and jobs_complete, singly",
  by: {
    claim: `select j ->> 'job_id', j ->> 'token' from jsonb_array_elements(
      farthing_public.jobs_claim(${RUNNER_ID}, '["trivial"]', 1, 60) -> 'jobs') j`,
    complete: `select farthing_public.jobs_complete(${RUNNER_ID}, jsonb_build_array(
      jsonb_build_object('job_id', $1::text, 'token', $2::int, 'result', null)))`,
    width: 2,
  },
  ...OWN,
  lacks: "batches",
} satisfies QueueArm;

export const FLOOR: QueueArm = {
  name: "queue floor",
  by: {
    claim: "update bench.queue_jobs set status = 'processing' where job_nr = (select job_nr " +
      "from bench.queue_jobs where status = 'queued' and run_after <= now() " +
      "order by run_after, job_nr for update skip locked limit 1) " +
      "returning job_nr",
    complete: "update bench.queue_jobs set status = 'done' where job_nr = $1::bigint",
    width: 1,
  },
  fill: "select bench.floor_queue_fill($jobs)",
  problems: "bench.floor_queue_problems($jobs)",
  lacks: "leases, retries, order by urgency, credits, batches",
};

export const RUNNER: QueueArm = {
  name: "the runner",
  by: { runtime: "ours" },
  ...OWN,
  lacks: "nothing; batches",
};

export const PEER_DEFAULTS: QueueArm = {
  name: "graphile-worker, defaults",
  by: { runtime: "graphile" },
  ...PEER,
  lacks: `${PEER_LACKS}; a job at a time`,
};

export const PEER_SIDE_BY_SIDE: QueueArm = {
  name: "graphile-worker, 16 jobs at a time",
  by: { runtime: "graphile-16" },
  ...PEER,
  lacks: PEER_LACKS,
};

const PEER_BATCHED: QueueArm = {
  name: "graphile-worker, 16 at a time, batched",
  by: { runtime: "graphile-batched" },
  ...PEER,
  lacks: `${PEER_LACKS}; completes late`,
};

export const QUEUE_ARMS: QueueArm[] = [
  FLOOR,
  ONE_BY_ONE,
  RUNNER,
  PEER_DEFAULTS,
  PEER_SIDE_BY_SIDE,
  PEER_BATCHED,
];

export function targetOf(by: ByStatements, lib: string, url: string): QueueTarget {
  return { kind: "queue", lib, url, ...by };
}
