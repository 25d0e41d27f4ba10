/**
 * Runs arms in turns, to compare them. In each round, for each number of clients, the arms run one
 * after the other.
 */
import type { BenchServer } from "../database/bench-server.ts";
import { measure, type Sample } from "../load/run-clients.ts";
import type { Arm } from "./debit-arms.ts";

export const CLIENTS = [1, 4, 16];

/**
 * Each arm's samples from all rounds, and the problems that were found in its database afterwards.
 */
export interface Run {
  samples: Map<string, Sample[]>;
  problems: Map<string, string[]>;
}

interface RoundsOptions {
  rounds: number;
  seconds: number;
  say: (what: string) => void;
}

/**
 * The seeds for keys begin after this number, so no seed equals the replay's seed. They are 100
 * apart, because each of up to 16 clients adds its own index to the seed.
 */
const FIRST_SEED = 1_000;
const SEED_STEP = 100;
let seeds = FIRST_SEED;
export const nextSeed = () => seeds += SEED_STEP;

/** Returns the name of an arm's own database. */
export function databaseOf(arm: Arm): string {
  return `arm_${arm.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}`;
}

export function targetOf(server: BenchServer, arm: Arm) {
  const { statement, parameters, spread } = arm;
  const url = server.url(databaseOf(arm));
  return { kind: "postgres" as const, lib: server.lib, url, statement, parameters, spread };
}

/** Returns the number of entries in an arm's database. */
async function countEntries(server: BenchServer, arm: Arm): Promise<number> {
  const [row] = await server.query<{ count: number }>(
    databaseOf(arm),
    "select count(*)::int from farthing.entries",
  );
  return row!.count;
}

/**
 * Returns the problems in an arm's database. If there are none, the database contains the effect of
 * every call that was answered.
 */
async function problemsOf(
  server: BenchServer,
  arm: Arm,
  seeded: number,
  answered: number,
): Promise<string[]> {
  const calls = answered * arm.batch;
  const source = arm.problems.replace("$seeded", `${seeded}`).replace("$calls", `${calls}`);
  const rows = await server.query<{ problem: string }>(
    databaseOf(arm),
    `select problem from ${source} as t (problem) limit 5`,
  );
  return rows.map(({ problem }) => problem);
}

/** Rotates the list of arms, so that each round begins with a different arm. */
export function rotate<T>(items: T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

export async function runRounds(
  server: BenchServer,
  arms: Arm[],
  { rounds, seconds, say }: RoundsOptions,
): Promise<Run> {
  const samples = new Map<string, Sample[]>(arms.map(({ name }) => [name, []]));
  const problems = new Map<string, string[]>();
  const seeded = new Map<string, number>();
  for (const arm of arms) seeded.set(arm.name, await countEntries(server, arm));
  for (let round = 1; round <= rounds; round++) {
    for (const clients of CLIENTS) {
      for (const arm of rotate(arms, round - 1)) {
        say(`round ${round} of ${rounds}, ${clients} clients: ${arm.name}`);
        const sample = await measure(
          { target: targetOf(server, arm), seconds },
          clients,
          nextSeed(),
        );
        samples.get(arm.name)!.push(sample);
      }
    }
    for (const arm of arms) {
      say(`round ${round} of ${rounds}, proving: ${arm.name}`);
      const answered = samples.get(arm.name)!.reduce((sum, each) => sum + each.answered, 0);
      const found = await problemsOf(server, arm, seeded.get(arm.name)!, answered);
      if (found.length > 0) problems.set(arm.name, found);
    }
  }
  return { samples, problems };
}
