/** Compares the cells of the console's tables with the rows of a response, digit for digit. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { withConsole } from "./console-page.ts";
import type { Person } from "../support/project/people.ts";
import { theConsole, world } from "./opened.ts";

export type Row = Readonly<Record<string, unknown>>;

interface Opened {
  readonly person: Person;
  readonly path: string;
}

/** Opens a page of the console as this person. */
export async function onPage(
  { person, path }: Opened,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const { browser, host } = await theConsole();
  await withConsole(browser, host, { world, person, path: "/buy" }, async (page) => {
    await page.getByRole("heading", { level: 1, name: "Buy credits" }).waitFor();
    await goTo(page, path);
    await use(page);
  });
}

export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(path)}`);
}

/** Opens a page, and returns the data of the first response that the page gets from a route. */
export async function answerOn(page: Page, route: string, path: string): Promise<Row> {
  const [response] = await Promise.all([
    page.waitForResponse((each) =>
      new URL(each.url()).pathname === `/functions/v1${route}` &&
      each.request().method() === "GET"
    ),
    goTo(page, path),
  ]);
  equal(response.status(), 200, route);
  return (await response.json()).data;
}

/** Returns the texts of a table's cells, row by row; the header row is first. */
export async function cellsOf(page: Page, caption: string): Promise<string[][]> {
  const table = page.getByRole("table", { name: caption, exact: true });
  await table.waitFor();
  const rows: string[][] = [];
  for (const row of await table.getByRole("row").all()) {
    rows.push(await row.locator("th, td").allInnerTexts());
  }
  return rows;
}

/** Returns the sign and the digits of a text, without leading zeros: `-$0.33` is `-33`. */
function digitsOf(text: string): string {
  const sign = /^\s*-/.test(text) ? "-" : "";
  return sign + (text.replaceAll(/\D/g, "").replace(/^0+(?=\d)/, ""));
}

const withoutZeros = (digits: string) => digits.replace(/0+$/, "");

/** Returns a number without separators, and without trailing zeros after the decimal point. */
function numberOf(text: string): string {
  const plain = text.replaceAll(/[$,]/g, "");
  return plain.includes(".") ? plain.replace(/\.?0+$/, "") : plain;
}

/** The texts that the console shows for null. The column decides which of them is shown. */
const WITHOUT: readonly string[] = ["none", "both lines"];

/** Returns whether a cell shows this value. */
export function isShown(cell: string, value: unknown): boolean {
  if (value === null) return WITHOUT.includes(cell);
  if (typeof value === "boolean") return cell === (value ? "yes" : "no");
  const text = String(value);
  if (/^-?\d+(\.\d+)?$/.test(text) && !/^[a-z]/i.test(cell)) {
    const [shown, expected] = [digitsOf(cell), digitsOf(text)];
    // Two formats differ from the API's: dollars have two decimals, and a share is shown in
    // percent, so that its decimal point is in another place.
    return shown === expected || cell.startsWith("$") && numberOf(cell) === numberOf(text) ||
      cell.endsWith("%") && withoutZeros(shown) === withoutZeros(expected);
  }
  return cell.replaceAll("_", " ") === text.replaceAll("_", " ");
}

/** The name of the API's field, for each column whose title differs from that name. */
const FIELDS: Readonly<Record<string, string>> = {
  "Payout": "payout_id",
  "Sum of the lines": "sum",
  "Open mismatches": "mismatches",
  "Month closed": "closed",
  "Metric": "name",
  "Figure": "name",
  "Of": "label",
  "Code": "account_code",
  "Action": "kind",
  "Share of credits": "share",
  "Difference (payout less lines)": "difference",
};

const fieldOf = (title: string) =>
  FIELDS[title] ??
    title.toLowerCase().replace(" (utc)", "").replace("(usd)", "usd").replaceAll(" ", "_");

/** The console writes times in words, so `showsRows` does not compare times. */
const isTime = (field: string) => field.endsWith("_at");

/** Asserts that the table has a row for each row of the response, with all of its figures. */
export async function showsRows(page: Page, caption: string, rows: readonly Row[]): Promise<void> {
  const [head = [], ...shown] = await cellsOf(page, caption);
  equal(shown.length, rows.length, `the rows of ${caption}`);
  const fields = head.map(fieldOf);
  const wrong = rows.flatMap((row, nr) =>
    fields.flatMap((field, column) => {
      const [cell, value] = [shown[nr]![column] ?? "", row[field]];
      if (isTime(field) || value === undefined && ["", "all"].includes(cell)) return [];
      return isShown(cell, value) ? [] : [`${caption} ${nr} ${field}: ${value} is ${cell}`];
    })
  );
  deepEqual(wrong, []);
  ok(fields.some((field) => rows[0] !== undefined && field in rows[0]));
}
