/** Compares the rows of a report with the rows that the model expects. */
import { fail } from "node:assert/strict";
import type { Row } from "../model/money-reports.ts";

/** A failure lists at most this many differences. */
const SHOWN = 5;

/**
 * Asserts that both lists have rows with the same keys, in any order. Each row must have the
 * expected value in every column that the model states.
 */
export function sameRows(
  name: string,
  keys: readonly string[],
  report: readonly Row[],
  model: readonly Row[],
): void {
  const keyOf = (row: Row) => keys.map((key) => String(row[key] ?? "")).join(" ");
  const [theirs, ours] = [report, model].map((rows) => new Map(rows.map((r) => [keyOf(r), r])));
  const found: string[] = [];
  for (const key of new Set([...theirs!.keys(), ...ours!.keys()])) {
    const [shown, expected] = [theirs!.get(key), ours!.get(key)];
    if (!shown || !expected) {
      const row = JSON.stringify(shown ?? expected);
      found.push(`${key}: only the ${shown ? "report" : "model"} has it: ${row}`);
      continue;
    }
    for (const [column, value] of Object.entries(expected)) {
      if (shown[column] === value) continue;
      const [said, due] = [shown[column], value].map((each) => JSON.stringify(each));
      found.push(`${key}: ${column} is ${said} in the report, and ${due} in the model`);
    }
  }
  if (report.length !== theirs!.size) found.push("the report has two rows with one key");
  if (found.length === 0) return;
  fail(`${name}: ${found.length} differences\n${found.slice(0, SHOWN).join("\n")}`);
}
