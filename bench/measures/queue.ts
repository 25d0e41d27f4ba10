/**
 * G16: measures how fast one runtime (a process that runs jobs) runs all jobs of a queue, compared
 * with the queue's floor and with graphile-worker.
 */
import { withCleanup } from "@farthing/command-line";
import type { BenchServer } from "../database/bench-server.ts";
import { measure, type Sample } from "../load/run-clients.ts";
import type { Options } from "../command/options.ts";
import * as arms from "../queue/queue-arms.ts";
import { type QueueArm, targetOf } from "../queue/queue-arms.ts";
import { type Runtime, startRuntime } from "../queue/runtime-process.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { ArmRow, Section } from "../report/section.ts";
import { CLIENTS, nextSeed, rotate } from "./rounds.ts";

type Say = (what: string) => void;

/** All arms use the same database, so that they run under the same conditions. */
const DATABASE = "queue";
/**
 * Each arm gets this many jobs for each second of --seconds. That is enough to time the fastest
 * arm.
 */
const JOBS_PER_SECOND = 4_000;
const FEWEST_JOBS = 2_000;
/** The clients stop when the queue is empty, and after this time even if it is not. */
const LONGEST_SECONDS = 120;

interface Done {
  clients: number | undefined;
  perSecond: number;
  sample?: Sample;
}

interface Queues {
  server: BenchServer;
  jobs: number;
  runtimes: Map<string, Runtime>;
  /**
   * The number of jobs that have been queued so far. The key of the map is the checking function
   * and not the arm: the function checks a whole table, and several arms may share a table.
   */
  queued: Map<string, number>;
  done: Map<string, Done[]>;
  problems: Map<string, string[]>;
}

async function fill({ server, jobs, queued }: Queues, arm: QueueArm): Promise<void> {
  await server.query(DATABASE, arm.fill.replace("$jobs", String(jobs)));
  // Removes the dead rows of earlier arms, and updates the planner's statistics.
  await server.query(DATABASE, "vacuum (analyze)");
  await server.query(DATABASE, "checkpoint");
  queued.set(arm.problems, (queued.get(arm.problems) ?? 0) + jobs);
}

async function check({ server, queued, problems }: Queues, arm: QueueArm, also: string[]) {
  const source = arm.problems.replace("$jobs", String(queued.get(arm.problems)));
  const rows = await server.query<{ problem: string }>(
    DATABASE,
    `select problem from ${source} as t (problem) limit 5`,
  );
  const found = [...also, ...rows.map(({ problem }) => problem)];
  if (found.length > 0) problems.set(arm.name, [...problems.get(arm.name) ?? [], ...found]);
}

async function workOff(queues: Queues, arm: QueueArm, clients: number | undefined): Promise<void> {
  const { server, jobs, runtimes, done } = queues;
  await fill(queues, arm);
  const also: string[] = [];
  if ("runtime" in arm.by) {
    const { seconds, ran, distinct } = await runtimes.get(arm.name)!.workOff();
    if (ran !== jobs || distinct !== jobs) also.push(`${ran} runs of ${distinct} of ${jobs} jobs`);
    done.get(arm.name)!.push({ clients, perSecond: jobs / seconds });
  } else {
    const target = targetOf(arm.by, server.lib, server.url(DATABASE));
    const sample = await measure({ target, seconds: LONGEST_SECONDS }, clients!, nextSeed());
    if (sample.answered !== jobs) also.push(`${sample.answered} of ${jobs} jobs were claimed`);
    done.get(arm.name)!.push({ clients, perSecond: sample.perSecond, sample });
  }
  await check(queues, arm, also);
}

const clientsOf = (arm: QueueArm) => "runtime" in arm.by ? [undefined] : CLIENTS;

async function runRounds(queues: Queues, rounds: number, say: Say): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const arm of rotate(arms.QUEUE_ARMS, round - 1)) {
      for (const clients of clientsOf(arm)) {
        const who = clients === undefined ? "" : `, ${clients} clients`;
        say(`round ${round} of ${rounds}${who}: ${arm.name}`);
        await workOff(queues, arm, clients);
      }
    }
  }
}

const pick = (queues: Queues, arm: QueueArm, clients: number | undefined) =>
  queues.done.get(arm.name)!.filter((done) => done.clients === clients);

/** Compares the jobs per second of the runner with those of a different arm, round by round. */
function compare(
  queues: Queues,
  [arm, clients]: [QueueArm, number?],
  [goal, stretch]: [number, number],
): Figure {
  const others = pick(queues, arm, clients);
  const ratios = pick(queues, arms.RUNNER, undefined)
    .map(({ perSecond }, round) => perSecond / others[round]!.perSecond);
  const what = `${arms.RUNNER.name} to ${arm.name}${clients === undefined ? "" : `, c=${clients}`}`;
  const made = figure("G16", what, { better: "higher", goal, stretch }, ratios);
  const isBroken = queues.problems.has(arm.name) || queues.problems.has(arms.RUNNER.name);
  return isBroken ? { ...made, verdict: "broken" } : made;
}

function rowOf(queues: Queues, arm: QueueArm, clients: number | undefined): ArmRow {
  const own = pick(queues, arm, clients);
  const median = (of: (sample: Sample) => number) => {
    const samples = own.flatMap(({ sample }) => sample ?? []);
    return samples.length === 0 ? undefined : spreadOf(samples.map(of)).median;
  };
  return {
    name: arm.name,
    clients,
    lacks: arm.lacks,
    perSecond: spreadOf(own.map(({ perSecond }) => perSecond)),
    p50: median(({ p50 }) => p50),
    p95: median(({ p95 }) => p95),
    p99: median(({ p99 }) => p99),
    problems: queues.problems.get(arm.name) ?? [],
  };
}

async function startRuntimes(server: BenchServer, runtimes: Map<string, Runtime>, say: Say) {
  for (const { name, by } of arms.QUEUE_ARMS) {
    if (!("runtime" in by)) continue;
    say(`starting a runtime: ${name}`);
    runtimes.set(name, await startRuntime(by.runtime, server.url(DATABASE)));
  }
}

export async function measureQueue(
  server: BenchServer,
  options: Options,
  say: Say,
): Promise<Section> {
  await server.clone(DATABASE);
  const runtimes = new Map<string, Runtime>();
  const queues: Queues = {
    server,
    jobs: Math.max(FEWEST_JOBS, Math.round(JOBS_PER_SECOND * options.seconds)),
    runtimes,
    queued: new Map(),
    done: new Map(arms.QUEUE_ARMS.map(({ name }) => [name, []])),
    problems: new Map(),
  };
  const stopAll = async () => {
    await Promise.all([...runtimes.values()].map((runtime) => runtime.stop()));
  };
  await withCleanup(stopAll, async () => {
    await startRuntimes(server, runtimes, say);
    await runRounds(queues, options.rounds, say);
  });
  await server.dropDatabase(DATABASE);
  return {
    figures: [
      ...CLIENTS.map((clients) => compare(queues, [arms.FLOOR, clients], [0.8, 1])),
      compare(queues, [arms.PEER_DEFAULTS], [1, 1.5]),
      compare(queues, [arms.PEER_SIDE_BY_SIDE], [1, 1.5]),
    ],
    arms: arms.QUEUE_ARMS.flatMap((arm) =>
      clientsOf(arm).map((clients) => rowOf(queues, arm, clients))
    ),
    notes: [
      `G16: ${queues.jobs} trivial jobs were queued before each arm ran them, and each job must run ` +
      "exactly once. The runner and graphile-worker 0.18.0 each have one runtime (Deno) with at most " +
      "10 connections, and log one line per job. The runner is the product's own, started again and " +
      "again as by POST /job-runner. c is the number of connections, each with one job at a time. The " +
      "batched graphile-worker has no goal: it locks 500 jobs at a time.",
    ],
  };
}
