/**
 * G25: compares the cost of the hot path in the current files with its cost in other commits, in
 * instructions and in processor time.
 */
import type { DatabaseServer } from "@farthing/local-stack/postgres";
import { addTree, withFilled } from "../database/bench-server.ts";
import { type Call, CALLS, EMPTY } from "../instructions/hot-path-calls.ts";
import { countInstructions, hasValgrind } from "../instructions/callgrind.ts";
import { takeCommit, THIS_TREE, type Tree } from "../instructions/other-commit.ts";
import { timeCalls } from "./processor-time.ts";
import type { Options } from "../command/options.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { nextSeed, rotate } from "./rounds.ts";

type Say = (what: string) => void;

/** The database of one version of this repository, and the schema that contains its functions. */
interface Arm {
  name: string;
  schema: string;
}

/** The cost of a call in each version's database, round by round. */
type Taken = Map<string, number[]>;
type Kind = "instructions" | "processor time";

const KINDS: Record<Kind, string> = { "instructions": "", "processor time": " µs" };

const METHOD =
  "G25 is measured only if --only names it (`deno task bench --only G25`); `--against` names other " +
  "commits. Each commit's own migrations and seed fill a database of one server. Instructions are " +
  "those of user space, counted by callgrind in single-user mode: those of a run of 100 prepared " +
  "calls on accounts drawn at random are subtracted from those of a run of 400, and those of an " +
  "empty statement from those of the call. " +
  "Processor time is that of the server's process, medians of 15 slices of 200 calls in turn, each " +
  "with its commit; on a busy machine it cannot show a difference below about 5 %.";

const SKIPPED: Section = {
  figures: [],
  arms: [],
  notes: ["G25 was skipped: valgrind is not installed (Debian's package valgrind)."],
};

async function armOf(server: DatabaseServer, { name }: Tree): Promise<Arm> {
  const sql = server.connect(name, { max: 1 });
  const [row] = await sql<{ schema: string }[]>`
    select pronamespace::regnamespace::text as schema from pg_proc where proname = 'credits_debit'`;
  await sql.end();
  return { name, schema: row!.schema };
}

/**
 * Counts the instructions of each call, less the instructions of an empty statement. These belong
 * to single-user mode, and not to the call.
 */
async function countAll(directory: string, arms: Arm[], rounds: number, say: Say) {
  const taken = new Map<Call, Taken>(
    CALLS.map((call) => [call, new Map(arms.map(({ name }) => [name, []]))]),
  );
  for (let round = 0; round < rounds; round++) {
    const [emptySeed, ...seeds] = [EMPTY, ...CALLS].map(nextSeed);
    for (const arm of rotate(arms, round)) {
      const database = { directory, ...arm };
      say(`round ${round + 1} of ${rounds}: counting instructions at ${arm.name}`);
      const empty = await countInstructions(database, EMPTY, emptySeed!);
      for (const [nr, call] of CALLS.entries()) {
        const count = await countInstructions(database, call, seeds[nr]!) - empty;
        taken.get(call)!.get(arm.name)!.push(count);
      }
    }
  }
  return taken;
}

async function timeAll(server: DatabaseServer, arms: Arm[], rounds: number, say: Say) {
  const taken = new Map<Call, Taken>();
  for (const call of CALLS) {
    const all: Taken = new Map(arms.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}: processor time of a ${call.name}`);
      const times = await timeCalls(server, rotate(arms, round), call, nextSeed());
      for (const [name, us] of times) all.get(name)!.push(us);
    }
    taken.set(call, all);
  }
  return taken;
}

function compare(kind: Kind, call: Call, taken: Taken): Figure[] {
  const [[, here], ...others] = [...taken] as [[string, number[]], ...[string, number[]][]];
  return others.map(([commit, there]) => {
    const percents = here.map((value, round) => 100 * value / there[round]!);
    const what = `${kind} of a ${call.name}, to ${commit}`;
    return figure("G25", what, { better: "lower", goal: 100 }, percents, "%");
  });
}

function describe(kind: Kind, call: Call, taken: Taken): string {
  const all = [...taken].map(([name, values]) => {
    const value = Math.round(spreadOf(values).median).toLocaleString("en-US");
    return `${name} ${value}${KINDS[kind]}`;
  });
  return `G25: ${kind} of a ${call.name}: ${all.join(", ")}.`;
}

async function measure(server: DatabaseServer, trees: Tree[], rounds: number, say: Say) {
  const arms: Arm[] = [];
  for (const tree of trees) arms.push(await armOf(server, tree));
  const timed = await timeAll(server, arms, rounds, say);
  await server.stop();
  const counted = await countAll(server.directory, arms, rounds, say);
  const all = CALLS.flatMap((call) => [
    { kind: "instructions" as const, call, taken: counted.get(call)! },
    { kind: "processor time" as const, call, taken: timed.get(call)! },
  ]);
  return {
    figures: all.flatMap(({ kind, call, taken }) => compare(kind, call, taken)),
    arms: [],
    notes: [METHOD, ...all.map(({ kind, call, taken }) => describe(kind, call, taken))],
  };
}

export async function measureInstructions(
  { rounds, against }: Options,
  say: Say,
): Promise<Section> {
  if (!await hasValgrind()) return SKIPPED;
  const directory = await Deno.makeTempDir({ prefix: "farthing-commits-" });
  try {
    const trees = [THIS_TREE];
    for (const commit of against) trees.push(await takeCommit(commit, directory));
    const fill = async (server: DatabaseServer) => {
      for (const { name, root } of trees) {
        say(`filling a ledger as of ${name}`);
        await addTree(server, name, root);
      }
    };
    // All versions run on the same build of PostgreSQL. Autovacuum is off: otherwise it could
    // change the tables between the measurements of two arms.
    const kind = { flavour: "embedded" as const, settings: { autovacuum: "off" } };
    return await withFilled(kind, say, fill, (server) => measure(server, trees, rounds, say));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
