/**
 * Reports with more rows than one response can contain. Every figure must be computed from all
 * rows, and not only from those of the first response.
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import { once } from "../blocks/once.ts";
import { signUpOperator } from "../support/project/people.ts";
import { press } from "./by-keyboard.ts";
import { test, testsEnd, world } from "./opened.ts";
import { cellsOf, goTo, onPage } from "./shown-figures.ts";

const operator = once(() => signUpOperator(world));

const LENGTH = 3;
const dayOf = (nr: number) => new Date(Date.UTC(2026, 0, 1 + nr)).toISOString().slice(0, 10);
const DAYS = Array.from({ length: LENGTH * 2 + 1 }, (_, nr) => dayOf(nr));

const REVENUE = [
  ...["gross", "discounts", "refunds", "disputes", "dispute_fees", "application_fees"],
  ...["application_fee_refunds", "stripe_fees", "stripe_fees_provisional", "tax", "transfers"],
  ...["balance_change", "lines"],
];

const rowOf = (day: string, nr: number) => ({
  ...Object.fromEntries(REVENUE.map((name) => [name, 0])),
  ...{ day, product_line: "credits", currency: "usd", closed: false, net: 100 * (nr + 1) },
});

/** Responds to requests for the report of revenue with these rows, a few at a time. */
async function answerWith(page: Page, rows: readonly object[]): Promise<void> {
  await page.route("**/functions/v1/reports/revenue*", async (route) => {
    const first = Number(new URL(route.request().url()).searchParams.get("cursor") ?? 0);
    const next = first + LENGTH;
    const data = {
      ...{ from: DAYS[0], to: DAYS.at(-1), time_zone: "UTC", as_of: "2026-02-01T00:00:00Z" },
      ...{ totals: [], controls: [], policies: [], formulas: {} },
      rows: rows.slice(first, next),
      next_cursor: next < rows.length ? String(next) : null,
    };
    await route.fulfill({
      headers: { "access-control-allow-origin": "*" },
      json: { success: true, data, request_id: "r" },
    });
  });
}

const CAPTION = "Net revenue by product line, in USD";

/** Returns the days and figures of a chart, read from the table that the chart offers. */
async function drawnOf(page: Page): Promise<string[][]> {
  const chart = page.getByRole("figure", { name: CAPTION });
  await press(chart.getByRole("button", { name: "Show the table" }));
  return (await cellsOf(page, `${CAPTION}, as a table`)).slice(1);
}

const EXPECTED = DAYS.map((day, nr) => [day, `$${nr + 1}.00`]);

test("the overview's chart has all rows of a range that needs several responses", async () => {
  await onPage({ person: await operator(), path: "/reports" }, async (page) => {
    await answerWith(page, DAYS.map(rowOf));
    await goTo(page, "/overview");
    deepEqual(await drawnOf(page), EXPECTED);
  });
});

test("a report draws its charts when all rows are loaded, and offers to load them", async () => {
  await onPage({ person: await operator(), path: "/reports" }, async (page) => {
    await answerWith(page, DAYS.map(rowOf));
    await goTo(page, "/reports/revenue");
    await page.getByText("Charts are drawn from all rows").waitFor();
    equal(await page.getByRole("figure").count(), 0);
    equal((await cellsOf(page, "Revenue")).length, 1 + LENGTH);
    await press(page.getByRole("button", { name: "Load all rows" }));
    deepEqual(await drawnOf(page), EXPECTED);
    equal((await cellsOf(page, "Revenue")).length, 1 + DAYS.length);
    equal(await page.getByRole("button", { name: /Load all|Show more/ }).count(), 0);
  });
});

testsEnd();
