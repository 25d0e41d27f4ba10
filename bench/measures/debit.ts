/** G1 and G4 to G7: compares the debit with its floors and its variants. */
import type { BenchServer } from "../database/bench-server.ts";
import { measure, type Sample } from "../load/run-clients.ts";
import { keyText } from "../load/keys-and-accounts.ts";
import { userId } from "../load/statement-parameters.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { ArmRow, Section } from "../report/section.ts";
import type { Options } from "../command/options.ts";
import { type Arm, armNamed, armsFor, REPLAYED } from "./debit-arms.ts";
import { CLIENTS, databaseOf, nextSeed, type Run, runRounds, targetOf } from "./rounds.ts";

type Say = (what: string) => void;

/** Charges once with each of the keys that the replay then sends again. */
async function useKeys(server: BenchServer, arm: Arm): Promise<void> {
  const keys = Array.from({ length: REPLAYED.count }, (_, at) => keyText(REPLAYED.seed, at));
  const list = keys.map((key, at) => `('${key}','${userId(at)}'::uuid)`).join();
  await server.query(
    databaseOf(arm),
    `select count(farthing_public.credits_debit(p_user_id => u, p_amount => '1', p_reason => 'bench',
       p_idempotency_key => k, p_fingerprint => '${
      "ab".repeat(32)
    }')) from (values ${list}) t (k, u)`,
  );
  await server.query(databaseOf(arm), "vacuum (analyze)");
}

/**
 * Returns 1 if a replay wrote anything, otherwise 0. Only a transaction that writes gets an id, so
 * a transaction without an id shows that nothing was written.
 */
async function replayWrites(server: BenchServer): Promise<number> {
  const [row] = await server.query<{ written: number }>(
    databaseOf(armNamed("replay")),
    `with answer as materialized (
       select farthing_public.credits_debit(p_user_id => '${
      userId(0)
    }', p_amount => '1', p_reason => 'bench',
         p_idempotency_key => '${keyText(REPLAYED.seed, 0)}',
         p_fingerprint => '${"ab".repeat(32)}') as given)
     select case when (given ->> 'replayed')::boolean and pg_current_xact_id_if_assigned() is null
       then 0 else 1 end as written from answer`,
  );
  return row!.written;
}

/**
 * For each round, returns the calls per second of the arm `above` divided by those of the arm
 * `below`.
 */
function ratios(run: Run, above: string, below: string, clients: number, factor = 1): number[] {
  const of = (name: string) =>
    run.samples.get(name)!.filter((sample) => sample.clients === clients);
  const beneath = of(below);
  return of(above).map(({ perSecond }, round) => factor * perSecond / beneath[round]!.perSecond);
}

function compare(
  run: Run,
  goal: string,
  [above, below, factor]: [string, string, number?],
  targets: Record<number, [number, number?]>,
): Figure[] {
  return Object.entries(targets).map(([clients, [least, stretch]]) => {
    const what = `${above} to ${below}, c=${clients}`;
    const target = { better: "higher" as const, goal: least, ...(stretch && { stretch }) };
    const made = figure(goal, what, target, ratios(run, above, below, Number(clients), factor));
    const isBroken = run.problems.has(above) || run.problems.has(below);
    return isBroken ? { ...made, verdict: "broken" } : made;
  });
}

const RANDOM = "debit, random";
const HOT = "debit, hot";

const comparisons: Record<string, (run: Run) => Figure[]> = {
  G1: (run) =>
    compare(run, "G1", [RANDOM, "floor, random"], {
      1: [0.6, 0.74],
      4: [0.55, 0.7],
      16: [0.4, 0.53],
    }),
  G4: (run) => [
    ...compare(run, "G4", [HOT, "floor, hot"], { 1: [0.6, 0.75], 4: [0.6, 0.75], 16: [0.6, 0.75] }),
    ...compare(run, "G4", [RANDOM, HOT], { 16: [2.5, 3.5] }),
  ],
  G5: (run) =>
    compare(run, "G5", ["batch of 100, hot", HOT, 100], { 1: [15, 25], 4: [15, 25], 16: [15, 25] }),
  G6: (run) =>
    compare(run, "G6", [RANDOM, "debit without key"], {
      1: [0.8, 0.9],
      4: [0.8, 0.9],
      16: [0.8, 0.9],
    }),
  G7: (run) => compare(run, "G7", ["replay", RANDOM], { 1: [1.8, 3], 4: [3, 7] }),
};

function armRow(name: string, lacks: string, samples: Sample[], problems: string[] = []): ArmRow {
  const [{ clients }] = samples as [Sample];
  return {
    name,
    clients,
    lacks,
    perSecond: spreadOf(samples.map((sample) => sample.perSecond)),
    p50: spreadOf(samples.map((sample) => sample.p50)).median,
    p95: spreadOf(samples.map((sample) => sample.p95)).median,
    p99: spreadOf(samples.map((sample) => sample.p99)).median,
    problems,
  };
}

/**
 * Measures latency in an open loop, at half of the arm's full rate. In a closed loop, the calls
 * after a slow call would only start later, and their delay would not be measured.
 */
async function openLoop(server: BenchServer, run: Run, options: Options, say: Say) {
  const arm = armNamed(RANDOM);
  const clients = CLIENTS.at(-1)!;
  const full = run.samples.get(RANDOM)!.filter((sample) => sample.clients === clients);
  const rate = spreadOf(full.map(({ perSecond }) => perSecond)).median / 2;
  const target = targetOf(server, arm);
  const samples: Sample[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    say(`open loop at ${Math.round(rate)} per second, round ${round} of ${options.rounds}`);
    const job = { target, seconds: options.seconds, perSecond: rate / clients };
    samples.push(await measure(job, clients, nextSeed()));
  }
  return armRow(`${RANDOM}, open loop at ${Math.round(rate)}/s`, arm.lacks, samples);
}

/** Runs the arms that the selected goals need. */
export async function measureDebits(
  server: BenchServer,
  options: Options,
  say: Say,
): Promise<Section> {
  const wanted = Object.keys(comparisons).filter(options.wants);
  const chosen = armsFor(options.wants);
  for (const arm of chosen) {
    say(`cloning a database for: ${arm.name}`);
    await server.clone(databaseOf(arm));
  }
  const replays = chosen.find(({ name }) => name === "replay");
  if (replays) await useKeys(server, replays);
  const run = await runRounds(server, chosen, { ...options, say });
  const figures = wanted.flatMap((goal) => comparisons[goal]!(run));
  if (replays) {
    const none = { better: "lower" as const, goal: 0 };
    figures.push(figure("G7", "writes of a replay", none, [await replayWrites(server)], ""));
  }
  const rows = chosen.flatMap(({ name, lacks }) =>
    CLIENTS.map((clients) => {
      const samples = run.samples.get(name)!.filter((sample) => sample.clients === clients);
      return armRow(name, lacks, samples, run.problems.get(name));
    })
  );
  if (run.samples.has(RANDOM)) rows.push(await openLoop(server, run, options, say));
  return { figures, arms: rows, notes: [] };
}
