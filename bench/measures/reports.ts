/** G26: measures how long each report takes for a year of a large ledger. */
import { fillYear, report, REPORTS } from "../database/year.ts";
import type { BenchServer } from "../database/bench-server.ts";
import type { Options } from "../command/options.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { powerOf } from "./powers-of-ten.ts";

type Say = (what: string) => void;

const DATABASE = "year";
const ENTRIES_PER_ACCOUNT = 100;
const MOST_SECONDS = 1;

async function fill(server: BenchServer, rows: number): Promise<void> {
  await server.cloneEmpty(DATABASE);
  const sql = server.connectAsAdmin(DATABASE, { max: 1 });
  await fillYear(sql, Math.max(100, Math.round(rows / ENTRIES_PER_ACCOUNT)));
  await sql.end();
  await server.query(DATABASE, "vacuum (analyze)");
}

/**
 * Returns the seconds that a report takes. The report runs on a new connection, as for a request.
 */
async function time(server: BenchServer, call: string): Promise<number> {
  const sql = server.connectAsAdmin(DATABASE, { max: 1 });
  try {
    await sql`select 1`;
    const began = performance.now();
    const { controls } = await report(sql, call);
    const seconds = (performance.now() - began) / 1000;
    if (controls.some(({ difference }) => difference !== "0")) {
      throw new Error(`${call} differs from its control totals`);
    }
    return seconds;
  } finally {
    await sql.end();
  }
}

/** Measures every report once in each round. */
export async function measureReports(
  server: BenchServer,
  { rows, rounds }: Options,
  say: Say,
): Promise<Section> {
  say(`filling a year with ${powerOf(rows)} entries`);
  await fill(server, rows);
  const seconds = new Map<string, number[]>([...REPORTS.keys()].map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, call] of REPORTS) {
      say(`round ${round} of ${rounds}: report of ${name}`);
      const taken = await time(server, call);
      // The first round only reads the tables into memory, so it is not counted.
      if (round > 0) seconds.get(name)!.push(taken);
    }
  }
  await server.dropDatabase(DATABASE);
  const figures: Figure[] = [...seconds].map(([name, taken]) =>
    figure(
      "G26",
      `report of ${name}, a year of ${powerOf(rows)} entries`,
      {
        better: "lower",
        goal: MOST_SECONDS,
      },
      taken,
      "s",
    )
  );
  const slowest = Math.max(...[...seconds.values()].map((taken) => spreadOf(taken).median));
  return {
    figures,
    arms: [],
    notes: [
      `G26 is measured only if --only names it (\`deno task bench --only G26 --rows 1e7\`). The slowest ` +
      `report took ${
        slowest.toFixed(2)
      } s. A report returns the first 1,000 rows, all totals and all ` +
      "control totals, which must be 0.",
    ],
  };
}
