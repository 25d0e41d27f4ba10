/** What the runner prints: a table for each suite, every failure, every skip, and the sum at the end. */
import pc from "picocolors";
import { formatTable } from "../terminal/table.ts";
import type { Row, SuiteResult } from "./suite.ts";

export interface Ran {
  name: string;
  result: SuiteResult;
  ms: number;
}

export interface Totals {
  passed: number;
  failed: number;
}

const DETAIL_LINES = 40;

export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function sum(rows: Row[], count: (row: Row) => number): number {
  return rows.reduce((total, row) => total + count(row), 0);
}

const failuresOf = (row: Row) => row.failures.length;
const red = (count: number) => count > 0 ? pc.red(String(count)) : "0";

function table(name: string, rows: Row[], ms: number): string {
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
  const numbers = ["passed", "failed", "off", "time"].map((title) => ({
    title,
    align: "right" as const,
  }));
  return formatTable([{ title: pc.bold(name) }, ...numbers], [...rows.map(line), total]);
}

function failures(rows: Row[]): string[] {
  return rows.flatMap(({ name, failures }) =>
    failures.map(({ test, detail }) => {
      const lines = detail.trim().split("\n").slice(0, DETAIL_LINES).map((line) => `      ${line}`);
      const what = test === name ? name : `${name}: ${test}`;
      return `  ${pc.red("failed")}  ${what}\n${lines.join("\n")}`;
    })
  );
}

export function formatSuite({ name, result: { rows, skipped }, ms }: Ran): string {
  return [
    ...(rows.length > 0 ? [table(name, rows, ms)] : [pc.bold(name)]),
    ...(rows.length + skipped.length === 0 ? [`  ${pc.red("failed")}  it ran nothing`] : []),
    ...failures(rows),
    ...skipped.map(({ what, why }) => `  ${pc.yellow("skipped")} ${what}: ${why}`),
  ].join("\n");
}

/**
 * The sum over all suites. Where everything has to run (CI), a skip counts as a failure;
 * so does everywhere a suite without a single row and without a reason for it.
 */
export function totalsOf(ran: Ran[], everythingRuns: boolean): Totals {
  let passed = 0;
  let failed = 0;
  for (const { result: { rows, skipped } } of ran) {
    passed += sum(rows, (row) => row.passed);
    failed += sum(rows, failuresOf);
    if (everythingRuns) failed += skipped.length;
    if (rows.length + skipped.length === 0) failed += 1;
  }
  return { passed, failed };
}
