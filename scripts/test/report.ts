/**
 * Formats the output of `deno task test`. Each suite has a table with its failures and skips. All
 * failures and skips are repeated at the end, before the totals.
 */
import pc from "picocolors";
import { formatTable } from "@farthing/command-line";
import { formatMs } from "../command/format-ms.ts";
import type { Row, Skipped, SuiteResult } from "../test-tools/suite.ts";

export interface Ran {
  name: string;
  result: SuiteResult;
  ms: number;
}

export interface Totals {
  passed: number;
  failed: number;
  /**
   * The number of suites or parts that this machine could not run, plus the number of tests that
   * are marked as ignored.
   */
  skipped: number;
}

const DETAIL_LINES = 40;

function sum(rows: Row[], count: (row: Row) => number): number {
  return rows.reduce((total, row) => total + count(row), 0);
}

const failuresOf = (row: Row) => row.failures.length;
const red = (count: number) => count > 0 ? pc.red(String(count)) : "0";

function table(rows: Row[], ms: number): string {
  const line = (row: Row) => [
    `  ${row.name}`,
    String(row.passed),
    red(failuresOf(row)),
    row.ignored > 0 ? pc.yellow(String(row.ignored)) : "0",
    formatMs(row.ms),
  ];
  const total = [
    "  all",
    String(sum(rows, (row) => row.passed)),
    red(sum(rows, failuresOf)),
    String(sum(rows, (row) => row.ignored)),
    formatMs(ms),
  ];
  const numbers = ["passed", "failed", "ignored", "time"].map((title) => ({
    title,
    align: "right" as const,
  }));
  return formatTable([{ title: "  file" }, ...numbers], [...rows.map(line), total]);
}

function failures(rows: Row[], detailLines = DETAIL_LINES): string[] {
  return rows.flatMap(({ name, failures }) =>
    failures.map(({ test, detail }) => {
      const lines = detail.trim().split("\n").slice(0, detailLines).map((line) => `      ${line}`);
      const what = test === name ? name : `${name}: ${test}`;
      return `  ${pc.red("failed")}  ${what}\n${lines.join("\n")}`;
    })
  );
}

/** Whether a suite has run nothing, and has reported no part as skipped or left out. */
const ranNothing = ({ rows, skipped, left = [] }: SuiteResult) =>
  rows.length + skipped.length + left.length === 0;

const RAN_NOTHING = `  ${pc.red("failed")}  it ran nothing`;

function skips(skipped: Skipped[]): string[] {
  return skipped.map(({ what, why }) => `  ${pc.yellow("skipped")} ${what}: ${why}`);
}

const RULE = 60;

/**
 * Several suites run at the same time, and each prints its table when it ends. The heading shows
 * whose table it is.
 */
function heading(name: string): string {
  return `${pc.bold(name)} ${pc.dim("─".repeat(RULE - name.length))}`;
}

export function formatSuite({ name, result, ms }: Ran): string {
  const { rows, skipped, left = [] } = result;
  return [
    heading(name),
    ...(rows.length > 0 ? [table(rows, ms)] : []),
    ...(ranNothing(result) ? [RAN_NOTHING] : []),
    ...failures(rows),
    ...skips(skipped),
    ...left.map((what) => `  left to CI_FULL=1: ${what}`),
  ].join("\n");
}

const RECAP_LINES = 12;

/**
 * Returns all failures and skips once more, for the end of the run. A suite's own table may be
 * thousands of lines above, and a truncated log contains only its end. Empty if all suites passed
 * and nothing was skipped.
 */
export function formatRecap(ran: Ran[]): string {
  return ran.flatMap(({ name, result }) => {
    const lines = [...failures(result.rows, RECAP_LINES), ...skips(result.skipped)];
    if (ranNothing(result)) lines.push(RAN_NOTHING);
    return lines.length > 0 ? [heading(`not green: ${name}`), ...lines] : [];
  }).join("\n");
}

/**
 * Returns a table of the parts, by suite, that this run has left out. Only a full run includes
 * these parts, so the table is empty in a full run.
 */
export function formatLeft(ran: Ran[]): string {
  const rows = ran.flatMap(({ name, result: { left = [] } }) =>
    left.map((what) => [`  ${name}`, what])
  );
  if (rows.length === 0) return "";
  const table = formatTable([{ title: "  suite" }, { title: "left to the full run" }], rows);
  return `not run here, but with CI_FULL=1 and before each release:\n${table}\n`;
}

/**
 * Returns the totals of all suites. In CI, skipped parts count as failed. A suite that has no row
 * and gives no reason for that always counts as failed.
 */
export function totalsOf(ran: Ran[], everythingRuns: boolean): Totals {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { result } of ran) {
    const { rows, skipped } = result;
    totals.passed += sum(rows, (row) => row.passed);
    totals.failed += sum(rows, failuresOf);
    totals[everythingRuns ? "failed" : "skipped"] += skipped.length;
    totals.skipped += sum(rows, (row) => row.ignored);
    if (ranNothing(result)) totals.failed += 1;
  }
  return totals;
}

/** Returns the run's last line. */
export function formatTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
