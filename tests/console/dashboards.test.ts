/**
 * Each row of docs/reference/dashboards.md names a dashboard and pages of the console. These pages
 * must show the dashboard's figures.
 */
import { deepEqual, ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { payOut, reconciled } from "../support/money/payouts.ts";
import { newPurchase } from "../support/money/refunds.ts";
import { movesTo } from "./moving.ts";
import { asPerson, watchAnswers } from "./operate.ts";
import { theOperator } from "./operators.ts";
import { test, testsEnd, world } from "./opened.ts";

interface Dashboard {
  readonly name: string;
  readonly pages: readonly string[];
  /** The routes that the dashboard's pages must read, with their query parameters. */
  readonly routes: readonly string[];
}

const namesIn = (cell: string, pattern: RegExp): string[] =>
  [...cell.matchAll(pattern)].map(([, name]) => name!);

/**
 * Reads the rows of the tables. A row names a dashboard, the dashboard's pages, and the routes with
 * the same figures.
 */
function dashboardsIn(markdown: string): Dashboard[] {
  const rows = markdown.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  return rows.flatMap(([, name = "", page = "", endpoint = ""]) => {
    const pages = namesIn(page, /`(\/[^`]+)`/g);
    const routes = namesIn(endpoint, /(?:`GET |`GET`, `POST )(\/[^`]+)`/g);
    return pages.length === 0 ? [] : [{ name, pages, routes }];
  });
}

/**
 * Whether a response is from a route: its path is the route's path, and its query contains the
 * parameters of the route.
 */
function isOf(route: string, answered: string): boolean {
  const [wanted, found] = [route, answered].map((path) => new URL(path, "http://functions"));
  const asked = [...wanted!.searchParams].every(([name, value]) =>
    found!.searchParams.get(name) === value
  );
  return asked && wanted!.pathname === found!.pathname;
}

test("each dashboard's page reads the endpoint that the docs name", async () => {
  const { paymentId } = await newPurchase(world);
  const payout = await payOut(world, [paymentId]);
  await reconciled(world, payout);
  const text = await Deno.readTextFile(`${ROOT}docs/reference/dashboards.md`);
  const dashboards = dashboardsIn(text);
  ok(dashboards.length >= 30, "the tables are read");
  const named = (path: string) => path.replace(/:id|%7Bid%7D|\{id\}/, payout.id);
  await asPerson(await theOperator(), "/nowhere", async (page) => {
    const read = new Map<string, string[]>();
    for (const path of new Set(dashboards.flatMap(({ pages }) => pages))) {
      // The reload clears the responses that earlier pages have read, so that each page has to read
      // its data itself.
      await movesTo(page, "/nowhere");
      await page.reload();
      const answers = watchAnswers(page);
      await movesTo(page, named(path), "loaded");
      read.set(path, (await answers()).map(({ path }) => path));
    }
    const missing = dashboards.flatMap(({ name, pages, routes }) =>
      routes.filter((route) =>
        !pages.some((path) => read.get(path)!.some((one) => isOf(named(route), one)))
      )
        .map((route) => `${name}: ${route}`)
    );
    deepEqual(missing, []);
  });
});

testsEnd();
