/** Reads all pages of a report as JSON, and compares them with the report as CSV. */
import { deepEqual, equal } from "node:assert/strict";
import type { Row } from "../model/money-reports.ts";
import { OPERATOR } from "../shop/set-up.ts";
import type { Shop } from "../shop/shop.ts";

interface Control {
  readonly name: string;
  readonly difference: string | null;
}

export interface Report {
  readonly rows: Row[];
  readonly totals: Row[];
  readonly controls: Control[];
  /** The summary fields, which only the report of a single payout has. */
  readonly payout?: Row;
  readonly mismatches?: Row[];
}

/** The page size. It is smaller than most reports, so that most reports have several pages. */
const PAGE = 150;

async function readJson(shop: Shop, path: string, query: string): Promise<Report> {
  const rows: Row[] = [];
  for (let cursor = "";;) {
    const page = await shop.endpoints.read(`${path}?limit=${PAGE}${query}${cursor}`, OPERATOR);
    rows.push(...page.rows);
    if (page.next_cursor === null) return { ...page, rows };
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}

/** Reads CSV by RFC 4180: cells may be quoted, and quotes in them are doubled. */
function cellsOf(csv: string): string[][] {
  const lines: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  for (let found = cell.exec(csv); found !== null && found[0] !== ""; found = cell.exec(csv)) {
    lines.at(-1)!.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === "\r\n") lines.push([]);
  }
  return lines.slice(0, -1);
}

/**
 * Removes the apostrophe that the CSV puts before a text that a spreadsheet could take for a
 * formula.
 */
const plain = (cell: string) => cell.replace(/^'(?=[=+\-@])/, "");

/** Asserts that the CSV has exactly the values of the JSON, digit for digit. */
async function compareCsv(shop: Shop, path: string, query: string, report: Report) {
  const answer = await shop.endpoints.send("GET", `${path}?format=csv${query}`, OPERATOR);
  equal(answer.status, 200, answer.text);
  const [header = [], ...lines] = cellsOf(answer.text);
  const keys = header.map((title) => title.replace(/ \((UTC|minor units|credits|USD)\)$/, ""))
    .map((key) => key === "date" ? "day" : key);
  const shown = (record: string, row: Row) =>
    keys.map((key) => key === "record" ? record : String(row[key] ?? ""));
  const expected = [
    ...report.rows.map((row) => shown("row", row)),
    ...report.totals.map((row) => shown("total", row)),
  ];
  const cells = lines.map((line) => line.map(plain));
  // Compares only the first line that differs, because deepEqual of all lines would print thousands of
  // lines.
  const first = expected.findIndex((line, nr) => line.join("\n") !== cells[nr]?.join("\n"));
  deepEqual({ path, line: first, cells: cells[first] }, { path, line: -1, cells: expected[first] });
  equal(cells.length, expected.length, `lines of ${path} as CSV`);
  const missing = Object.keys(report.rows[0] ?? {}).filter((key) => !keys.includes(key));
  deepEqual(missing, [], `${path} as CSV has every column`);
}

/**
 * Reads a report and returns it. Asserts that the report as CSV has the same values. Also asserts
 * that the control totals show no difference, unless `mayDiffer` is true.
 */
export async function readReport(
  shop: Shop,
  path: string,
  query: string,
  { mayDiffer = false } = {},
): Promise<Report> {
  const report = await readJson(shop, path, query);
  await compareCsv(shop, path, query, report);
  const differing = report.controls.filter(({ difference }) => difference !== "0");
  if (!mayDiffer) deepEqual({ path, differing }, { path, differing: [] });
  return report;
}
