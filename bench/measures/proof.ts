/**
 * G24: measures what the proof of a large ledger costs: a proof of all entries, and a proof of new
 * entries only.
 */
import type { BenchServer } from "../database/bench-server.ts";
import type { Options } from "../command/options.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";

type Say = (what: string) => void;

const DATABASE = "proved";
const ENTRIES_PER_ACCOUNT = 1_000;
const NEW_ENTRIES = 1_000;

const accountsOf = (rows: number) => Math.max(1, Math.round(rows / ENTRIES_PER_ACCOUNT));

/** How long a statement took, and the maximum memory of its backend process. */
interface Cost {
  seconds: number;
  /**
   * This includes the shared buffers that the backend has read. Undefined on systems that do not
   * report a process's memory.
   */
  peakMb: number | undefined;
}

interface Round {
  whole: Cost;
  /** The first proof of new entries takes several runs. This is the cost of each run. */
  first: Cost[];
  nothingNew: Cost;
  someNew: Cost;
}

async function grow(server: BenchServer, rows: number): Promise<void> {
  await server.cloneEmpty(DATABASE);
  const text = await Deno.readTextFile(new URL("../database/provable-ledger.sql", import.meta.url));
  const accounts = accountsOf(rows);
  await server.query(
    DATABASE,
    text.replaceAll("$rows", String(accounts * ENTRIES_PER_ACCOUNT))
      .replaceAll("$accounts", String(accounts)),
  );
  await server.query(DATABASE, `select farthing.seal(p_limit => ${2 * rows})`);
  await server.query(DATABASE, "vacuum (analyze)");
}

async function peakMbOf(pid: number): Promise<number | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const [, kb] = /VmHWM:\s+(\d+)/.exec(await Deno.readTextFile(`/proc/${pid}/status`)) ?? [];
  return kb === undefined ? undefined : Number(kb) / 1024;
}

/**
 * Runs a statement in a new backend process. The statement must return one row, with the violated
 * rules and whether the proof is complete.
 */
async function cost(server: BenchServer, text: string): Promise<Cost & { isDone: boolean }> {
  const sql = server.connectAsAdmin(DATABASE, { max: 1 });
  try {
    const [{ pid }] = await sql<[{ pid: number }]>`select pg_backend_pid() as pid`;
    const began = performance.now();
    const [row] = await sql.unsafe<[{ rules: number[]; is_done: boolean }]>(text);
    const seconds = (performance.now() - began) / 1000;
    if (row.rules.length > 0) throw new Error(`the ledger breaks rules ${row.rules.join(", ")}`);
    return { seconds, peakMb: await peakMbOf(pid), isDone: row.is_done };
  } finally {
    await sql.end();
  }
}

const WHOLE = "select array(select rule from farthing.prove()) as rules, true as is_done";
const WHAT_IS_NEW = "select o_rules as rules, o_is_done as is_done from farthing.prove_in_parts()";

async function proveFirst(server: BenchServer): Promise<Cost[]> {
  for (const table of ["proved", "proved_lots", "proved_sums"]) {
    await server.query(DATABASE, `truncate farthing.${table}`);
  }
  const costs = [await cost(server, WHAT_IS_NEW)];
  while (!costs.at(-1)!.isDone) costs.push(await cost(server, WHAT_IS_NEW));
  return costs;
}

async function addEntries(server: BenchServer, accounts: number): Promise<void> {
  await server.query(
    DATABASE,
    `select count(
       farthing_public.credits_debit(md5('farthing-bench-' || 1 + n % ${accounts})::uuid, '1', 'new'))
     from generate_series(1, ${NEW_ENTRIES}) n`,
  );
  await server.query(DATABASE, `select farthing.seal(p_limit => ${2 * NEW_ENTRIES})`);
}

function figuresOf(rounds: Round[]): Figure[] {
  const ratios = (of: (round: Round) => Cost) =>
    rounds.map((round) => of(round).seconds / round.whole.seconds);
  const lower = (goal: number) => ({ better: "lower" as const, goal });
  const longest = rounds.map(({ first }) => Math.max(...first.map(({ seconds }) => seconds)));
  const peaks = rounds.flatMap(({ whole }) => whole.peakMb ?? []);
  return [
    figure(
      "G24",
      "proof, nothing new to the whole",
      lower(0.05),
      ratios((each) => each.nothingNew),
    ),
    figure("G24", "proof, 1,000 new to the whole", lower(0.1), ratios((each) => each.someNew)),
    figure("G24", "the longest run of a first proof of what is new", lower(40), longest, "s"),
    ...(peaks.length > 0
      ? [figure("G24", "memory of a whole proof, at its peak", lower(256), peaks, "MB")]
      : []),
  ];
}

function noteOf(rows: number, rounds: Round[]): string {
  const median = (of: (round: Round) => number) => spreadOf(rounds.map(of)).median;
  const sum = (costs: Cost[]) => costs.reduce((all, { seconds }) => all + seconds, 0);
  return `G24: of ${
    (accountsOf(rows) * ENTRIES_PER_ACCOUNT).toLocaleString("en-US")
  } sealed entries, ` +
    `half of them priced usage, the whole proof took ${
      median((r) => r.whole.seconds).toFixed(1)
    } s; ` +
    `the first proof of what is new ${median((r) => sum(r.first)).toFixed(1)} s in ` +
    `${median((r) => r.first.length)} runs, with nothing new ` +
    `${median((r) => r.nothingNew.seconds).toFixed(2)} s, with ${NEW_ENTRIES} new entries ` +
    `${median((r) => r.someNew.seconds).toFixed(2)} s. Memory is that of the backend, with the ` +
    "shared buffers that it touched.";
}

export async function measureProof(
  server: BenchServer,
  options: Options,
  say: Say,
): Promise<Section> {
  say(`growing and sealing a ledger of ${options.rows} entries`);
  await grow(server, options.rows);
  const rounds: Round[] = [];
  for (let nr = 1; nr <= options.rounds; nr++) {
    const of = `round ${nr} of ${options.rounds}`;
    say(`${of}: the whole proof`);
    const whole = await cost(server, WHOLE);
    say(`${of}: the first proof of what is new`);
    const first = await proveFirst(server);
    say(`${of}: the proof of what is new`);
    const nothingNew = await cost(server, WHAT_IS_NEW);
    await addEntries(server, accountsOf(options.rows));
    rounds.push({ whole, first, nothingNew, someNew: await cost(server, WHAT_IS_NEW) });
  }
  await server.dropDatabase(DATABASE);
  return { figures: figuresOf(rounds), arms: [], notes: [noteOf(options.rows, rounds)] };
}
