/**
 * Charts of data that other tests do not have: a single day, negative figures, no figures, and
 * thousands of figures.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { audit } from "../browser/accessibility.ts";
import { newPurchase } from "../support/money/refunds.ts";
import { press } from "./by-keyboard.ts";
import { isTrue, movesTo } from "./moving.ts";
import { asOperator } from "./operators.ts";
import { test, testsEnd, world } from "./opened.ts";
import { cellsOf, type Row } from "./shown-figures.ts";

const CAPTION = "Net revenue by product line, in USD";

/** Returns the day that is `nr` days after 1 January 2000. */
const dayOf = (nr: number) => new Date(Date.UTC(2000, 0, 1 + nr)).toISOString().slice(0, 10);

/** Opens the report of revenue. `rowsOf` makes the report's rows from the service's first row. */
async function withRows(
  rowsOf: (first: Row) => readonly Row[],
  use: (page: Page, rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  await newPurchase(world);
  await asOperator("/nowhere", async (page) => {
    let rows: readonly Row[] = [];
    await page.route("**/functions/v1/reports/revenue*", async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      rows = rowsOf(answer.data.rows[0]);
      await route.fulfill({ response, json: { ...answer, data: { ...answer.data, rows } } });
    });
    await movesTo(page, "/reports/revenue", "loaded");
    await use(page, rows);
  });
}

/** Whether something other than the background is drawn in the middle of the chart. */
const IS_DRAWN = `(() => {
  const canvas = document.querySelector("figure canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size > 8;
})()`;

/** Makes the page show the chart's table. Returns the table's cells without the header row. */
async function tableOf(page: Page): Promise<string[][]> {
  const chart = page.getByRole("figure", { name: CAPTION });
  await press(chart.getByRole("button", { name: "Show the table" }));
  return (await cellsOf(page, `${CAPTION}, as a table`)).slice(1);
}

test("a chart of a single day is drawn, and its cursor finds the day", () =>
  withRows((first) => [{ ...first, day: dayOf(0), net: 999 }], async (page) => {
    await isTrue(page, IS_DRAWN);
    await page.getByRole("application", { name: CAPTION }).focus();
    await page.keyboard.press("ArrowRight");
    const region = page.getByRole("figure", { name: CAPTION }).locator("[aria-live=polite]");
    await region.getByText(`${dayOf(0)} UTC: `).waitFor();
    ok((await region.innerText()).endsWith("$9.99"));
    deepEqual(await tableOf(page), [[dayOf(0), "$9.99"]]);
    deepEqual(await audit(page), []);
  }));

test("a chart runs below zero, and a day without a figure is a gap and no 0", () => {
  const rows = (first: Row) => [
    { ...first, product_line: "a", day: dayOf(0), net: -1_250 },
    { ...first, product_line: "a", day: dayOf(1), net: 0 },
    { ...first, product_line: "a", day: dayOf(2), net: 5 },
    { ...first, product_line: "b", day: dayOf(2), net: -100_000_001 },
  ];
  return withRows(rows, async (page) => {
    await isTrue(page, IS_DRAWN);
    deepEqual(await tableOf(page), [
      [dayOf(0), "-$12.50", "none"],
      [dayOf(1), "$0.00", "none"],
      [dayOf(2), "$0.05", "-$1,000,000.01"],
    ]);
  });
});

test("a chart of 3,000 days is drawn within a phone's width, and its table has every day", () => {
  const many = Array.from({ length: 3_000 }, (_, nr) => nr);
  const rows = (first: Row) => many.map((nr) => ({ ...first, day: dayOf(nr), net: nr }));
  return withRows(rows, async (page) => {
    await isTrue(page, IS_DRAWN);
    await page.setViewportSize({ width: 375, height: 800 });
    await isTrue(page, `document.querySelector("figure canvas").clientWidth < 375`);
    await press(page.getByRole("figure", { name: CAPTION }).getByRole("button"));
    const table = page.getByRole("table", { name: `${CAPTION}, as a table` });
    equal(await table.getByRole("row").count(), 3_001);
    ok((await table.getByRole("row").last().innerText()).endsWith("$29.99"));
  });
});

test("of more than four lines, the four largest are drawn, and the report's rows have all", () => {
  const lines = ["a", "b", "c", "d", "e", "f"];
  const rows = (first: Row) =>
    lines.map((product_line, nr) => ({ ...first, product_line, day: dayOf(0), net: -nr }));
  return withRows(rows, async (page, all) => {
    deepEqual(await tableOf(page), [[dayOf(0), "-$0.02", "-$0.03", "-$0.04", "-$0.05"]]);
    equal((await cellsOf(page, "Revenue")).length, all.length + 1);
  });
});

testsEnd();
