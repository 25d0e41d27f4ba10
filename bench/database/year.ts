/**
 * Fills a database with a year of business, and calls the reports over that year. The benchmark of
 * the goal G26 measures these calls. A test makes the same calls with few accounts.
 */
import type postgres from "postgres";
import { splitStatements } from "@farthing/local-stack/migrations";

const NOW = "p_now => '2026-01-01'";
const YEAR = `'2025-01-01', '2025-12-31', ${NOW}`;

/**
 * The reports. The key is the report's name in the figures, and the value is the SQL call that
 * returns the report.
 */
export const REPORTS = new Map([
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

/** The part of a report that the benchmark and its test check. */
export interface Report {
  rows: unknown[];
  controls: { name: string; difference: string }[];
}

/**
 * Fills an empty project. `accounts` must be a multiple of 20, and `sql` must be a connection of
 * the superuser.
 */
export async function fillYear(sql: postgres.Sql, accounts: number): Promise<void> {
  const text = await Deno.readTextFile(new URL("./year-of-business.sql", import.meta.url));
  // Statements are sent one by one, because a `do` block that commits must be the only statement in
  // its message.
  for (const statement of splitStatements(text.replaceAll("$accounts", String(accounts)))) {
    await sql.unsafe(statement).simple();
  }
}

export async function report(sql: postgres.Sql, call: string): Promise<Report> {
  const [row] = await sql.unsafe<[{ answer: Report }]>(`select farthing_public.${call} as answer`);
  return row.answer;
}
