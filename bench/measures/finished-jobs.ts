/** G17: measures how long a claim and a completion take when many jobs have finished. */
import type { BenchServer } from "../database/bench-server.ts";
import { measure } from "../load/run-clients.ts";
import type { Options } from "../command/options.ts";
import { ONE_BY_ONE, targetOf } from "../queue/queue-arms.ts";
import { figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { nextSeed } from "./rounds.ts";
import { powerOf, sizesUpTo, SMALLEST } from "./powers-of-ten.ts";

type Say = (what: string) => void;

/**
 * The number of jobs that a sample claims. Each sample first deletes the jobs of the previous
 * sample.
 */
const JOBS = 1_000;
const LONGEST_SECONDS = 60;

const title = (size: number) => `${powerOf(size)} finished jobs`;
const nameOf = (size: number) => `finished_${size}`;

async function finish(server: BenchServer, size: number): Promise<void> {
  await server.clone(nameOf(size));
  await server.query(nameOf(size), `select bench.queue_finish(${size})`);
}

/**
 * Returns the median milliseconds of a claim with its completion, and a problem if there is one.
 */
async function sample(
  server: BenchServer,
  size: number,
): Promise<{ p50: number; problem?: string }> {
  const database = nameOf(size);
  await server.query(database, "delete from farthing.jobs where type = 'trivial'");
  await server.query(database, "vacuum farthing.jobs");
  // Without this checkpoint, the sample with the most jobs would include the cost of earlier
  // writes. The jobs are made after the checkpoint, so that their pages are already in the
  // write-ahead log when the jobs are claimed. This is so in production, too, because a job is
  // claimed soon after it is made.
  await server.query(database, "checkpoint");
  await server.query(database, `select bench.queue_fill(${JOBS})`);
  await server.query(database, "analyze farthing.jobs");
  const by = ONE_BY_ONE.by;
  const target = targetOf(by, server.lib, server.url(database));
  const { p50, answered } = await measure({ target, seconds: LONGEST_SECONDS }, 1, nextSeed());
  const [problem] = await server.query<{ problem: string }>(
    database,
    `select problem from bench.queue_problems(${JOBS}) t (problem)
     union all select '${answered} jobs were claimed' where ${answered} <> ${JOBS}`,
  );
  return problem === undefined ? { p50 } : { p50, ...problem };
}

export async function measureFinished(
  server: BenchServer,
  options: Options,
  say: Say,
): Promise<Section> {
  const sizes = sizesUpTo(options.rows);
  for (const size of sizes) {
    say(`writing ${title(size)}`);
    await finish(server, size);
  }
  const p50 = new Map<number, number[]>(sizes.map((size) => [size, []]));
  const problems = new Map<number, string>();
  for (let round = 1; round <= options.rounds; round++) {
    for (const size of sizes) {
      say(`round ${round} of ${options.rounds}: a claim beside ${title(size)}`);
      const found = await sample(server, size);
      p50.get(size)!.push(found.p50);
      if (found.problem !== undefined) problems.set(size, found.problem);
    }
  }
  for (const size of sizes) await server.dropDatabase(nameOf(size));
  const base = p50.get(SMALLEST)!;
  const figures = sizes.slice(1).map((size) => {
    const ratios = p50.get(size)!.map((each, round) => each / base[round]!);
    const target = { better: "lower" as const, goal: 1.15, stretch: 1.05 };
    const made = figure("G17", `p50 at ${title(size)} to 10^3, c=1`, target, ratios);
    const isBroken = problems.has(size) || problems.has(SMALLEST);
    return isBroken ? { ...made, verdict: "broken" as const } : made;
  });
  const medians = sizes.map((size) =>
    `${spreadOf(p50.get(size)!).median.toFixed(3)} ms at ${powerOf(size)}`
  );
  const broken = [...problems].map(([size, problem]) => `At ${powerOf(size)}: ${problem}.`);
  return {
    figures,
    arms: [],
    notes: [
      `G17: a job was claimed and completed, in two calls, in ${medians.join(", ")}.`,
      ...broken,
    ],
  };
}
