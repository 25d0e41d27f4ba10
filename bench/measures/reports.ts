/** G26: measures how long each report takes for a year of a large ledger. */
import { splitStatements } from "@farthing/local-stack/migrations";
import type { BenchServer } from "../database/bench-server.ts";
import type { Options } from "../command/options.ts";
import { type Figure, figure, spreadOf } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";
import { powerOf } from "./powers-of-ten.ts";

type Say = (what: string) => void;

const DATABASE = "year";
const ENTRIES_PER_ACCOUNT = 100;
const MOST_SECONDS = 1;

const NOW = "p_now => '2026-01-01'";
const YEAR = `'2025-01-01', '2025-12-31', ${NOW}`;

/** The reports: the name in the figures, and the SQL call that returns the report. */
const REPORTS = new Map([
  ...[
    "revenue",
    "metrics",
    "payouts",
    "liabilities",
    "credits",
    "journal",
    "funnel",
    "kpis",
    "actors",
  ]
    .map((name) => [name, `report_${name}(${YEAR})`] as const),
  ...["day,model", "feature", "model,origin,feature", "day,feature", "day,model,origin,feature"]
    .map((groups) =>
      [`usage by ${groups}`, `report_usage(${YEAR}, p_group_by => '${groups}')`] as const
    ),
  [
    "usage of one user",
    `report_usage(${YEAR}, p_user_id => md5('farthing-year-77')::uuid, p_author => 'key:bench')`,
  ],
]);

async function fill(server: BenchServer, rows: number): Promise<void> {
  await server.cloneEmpty(DATABASE);
  const text = await Deno.readTextFile(
    new URL("../database/year-of-business.sql", import.meta.url),
  );
  const accounts = Math.max(100, Math.round(rows / ENTRIES_PER_ACCOUNT));
  const sql = server.connectAsAdmin(DATABASE, { max: 1 });
  // Statements are sent one by one, because a `do` block that commits must be the only statement in
  // its message.
  for (const statement of splitStatements(text.replaceAll("$accounts", String(accounts)))) {
    await sql.unsafe(statement).simple();
  }
  await sql.end();
  await server.query(DATABASE, "vacuum (analyze)");
}

/** Returns the seconds of a report. It runs on a new connection, as for a request. */
async function time(server: BenchServer, call: string): Promise<number> {
  const sql = server.connectAsAdmin(DATABASE, { max: 1 });
  try {
    await sql`select 1`;
    const began = performance.now();
    const [row] = await sql.unsafe<[{ answer: { controls: { difference: string }[] } }]>(
      `select farthing_public.${call} as answer`,
    );
    const seconds = (performance.now() - began) / 1000;
    if (row.answer.controls.some(({ difference }) => difference !== "0")) {
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
      `G26 is measured only where it is named (\`deno task bench --only G26 --rows 1e7\`). The slowest ` +
      `report took ${
        slowest.toFixed(2)
      } s. A report answers the first 1,000 rows, all totals and all ` +
      "control totals, which must be 0.",
    ],
  };
}
