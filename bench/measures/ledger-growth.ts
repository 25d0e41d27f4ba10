/** G14: measures how long a debit takes when the ledger has many entries. */
import type { BenchServer } from "../database/bench-server.ts";
import { measure } from "../load/run-clients.ts";
import type { Options } from "../command/options.ts";
import { figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { armNamed } from "./debit-arms.ts";
import { nextSeed, targetOf } from "./rounds.ts";
import { powerOf, sizesUpTo, SMALLEST } from "./powers-of-ten.ts";

const ACCOUNTS = 1_000;

const title = (rows: number) => `${powerOf(rows)} rows`;
const nameOf = (rows: number) => `grown_${rows}`;

async function grow(server: BenchServer, rows: number): Promise<void> {
  await server.cloneEmpty(nameOf(rows));
  const text = await Deno.readTextFile(new URL("../database/large-ledger.sql", import.meta.url));
  await server.query(nameOf(rows), text.replaceAll("$rows", String(rows)));
  await server.query(nameOf(rows), "vacuum (analyze)");
}

async function proves(server: BenchServer, rows: number): Promise<boolean> {
  const violations = await server.query(nameOf(rows), "select from farthing.prove() limit 1");
  return violations.length === 0;
}

export async function measureGrowth(
  server: BenchServer,
  options: Options,
  say: (what: string) => void,
): Promise<Section> {
  const sizes = sizesUpTo(options.rows);
  for (const rows of sizes) {
    say(`growing a ledger to ${title(rows)}`);
    await grow(server, rows);
  }
  const p50 = new Map<number, number[]>(sizes.map((rows) => [rows, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const rows of sizes) {
      say(`round ${round} of ${options.rounds}: a debit at ${title(rows)}`);
      const target = {
        ...targetOf(server, armNamed("debit, random")),
        url: server.url(nameOf(rows)),
        accounts: ACCOUNTS,
      };
      const sample = await measure({ target, seconds: options.seconds }, 1, nextSeed());
      p50.get(rows)!.push(sample.p50);
    }
  }
  const broken = new Set<number>();
  for (const rows of sizes) {
    say(`proving the ledger of ${title(rows)}`);
    if (!await proves(server, rows)) broken.add(rows);
    await server.dropDatabase(nameOf(rows));
  }
  const base = p50.get(SMALLEST)!;
  const figures = sizes.slice(1).map((rows) => {
    const ratios = p50.get(rows)!.map((each, round) => each / base[round]!);
    const target = { better: "lower" as const, goal: 1.15, stretch: 1.05 };
    const made = figure("G14", `p50 at ${title(rows)} to 10^3, c=1`, target, ratios);
    return broken.has(rows) ? { ...made, verdict: "broken" as const } : made;
  });
  const medians = sizes.map((rows) =>
    `${spreadOf(p50.get(rows)!).median.toFixed(3)} ms at ${title(rows)}`
  );
  return { figures, arms: [], notes: [`G14: the median debit took ${medians.join(", ")}.`] };
}
