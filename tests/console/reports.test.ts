/**
 * The reports, the overview and the health pages. Each figure equals the endpoint's figure digit
 * for digit. Charts can be read with the keyboard. Only operators get these pages and figures.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { once } from "../blocks/once.ts";
import { audit, overflowsAt, ZOOMED } from "../browser/accessibility.ts";
import { payOut, reconciled } from "../support/money/payouts.ts";
import { newPurchase, refund } from "../support/money/refunds.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { choose, press, write } from "./by-keyboard.ts";
import { isTrue } from "./moving.ts";
import { test, testsEnd, world } from "./opened.ts";
import { answerOn, cellsOf, goTo, isShown, onPage, type Row, showsRows } from "./shown-figures.ts";

const operator = once(() => signUpOperator(world));

/**
 * Makes a purchase, uses some of the credits, refunds a part of the price, and pays the purchase
 * out. Returns the payout.
 */
const sold = once(async (): Promise<string> => {
  const { buyer, orderId, paymentId } = await newPurchase(world);
  const use = { user_id: buyer.id, model: "gpt-4o", input_tokens: 1_000, output_tokens: 333 };
  equal((await post(world, "usage", backEnd(world), use)).status, 201);
  await refund(world, orderId, 123);
  const payout = await payOut(world, [paymentId]);
  await reconciled(world, payout);
  await withSql(world, (sql) => sql`select farthing.seal()`);
  return payout.id;
});

const PAGES = [
  ["revenue", "Revenue"],
  ["metrics", "Metrics"],
  ["payouts", "Payout reconciliation"],
  ["liabilities", "Deferred revenue"],
  ["usage", "AI usage"],
  ["credits", "Credits"],
  ["funnel", "Funnel"],
  ["kpis", "Key figures"],
  ["actors", "Authors"],
  ["journal", "Journal"],
] as const;

const listIn = (answer: Row, field: string) => answer[field] as readonly Row[];

/** Compares the whole page with the response that it shows. */
async function showsReport(page: Page, answer: Row, title: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByText(`From ${answer["from"]} to ${answer["to"]}`).waitFor();
  const [rows, totals, controls] = ["rows", "totals", "controls"].map((name) =>
    listIn(answer, name)
  );
  ok(rows!.length > 0, `${title} has rows`);
  await showsRows(page, title, rows!);
  if (totals!.length > 0) await showsRows(page, `${title}: totals`, totals!);
  if (controls!.length === 0) return;
  const [, ...shown] = await cellsOf(page, "Control totals");
  equal(shown.length, controls!.length);
  controls!.forEach(({ name, report, source, difference }, nr) => {
    const [title, ...cells] = shown[nr]!;
    equal(title, name);
    [report, source, difference].forEach((value, column) => {
      ok(isShown(cells[column]!, value), `${name}: ${value} is ${cells[column]}`);
    });
    const money = /(?: in|,) (?:usd|eur)\b/.test(String(name));
    ok(!money || report === null || /^-?[$€]/.test(cells[0]!), `${name} is money: ${cells[0]}`);
    const verdict = difference === null ? "unknown" : difference === "0" ? "agrees" : "differs";
    equal(cells[3]!.replace(/^\W+/, ""), verdict);
  });
}

test("each report shows its endpoint's figures digit for digit, and its controls' verdict", async () => {
  await sold();
  await onPage({ person: await operator(), path: "/reports" }, async (page) => {
    for (const [name, title] of PAGES) {
      const route = `/reports/${name}`;
      await showsReport(page, await answerOn(page, route, route), title);
      deepEqual(await audit(page), [], route);
      deepEqual(await overflowsAt(page, [{ width: 375, height: 800 }, ZOOMED]), [], route);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
  });
  await proven(world);
});

test("fees are the revenue report's, and a payout leads to its lines and their CSV", async () => {
  const payout = await sold();
  await onPage({ person: await operator(), path: "/reports" }, async (page) => {
    const fees = await answerOn(page, "/reports/revenue", "/reports/fees");
    await showsRows(page, "Fees", listIn(fees, "rows"));
    await goTo(page, "/reports/payouts");
    await press(page.getByRole("link", { name: payout }));
    await page.getByRole("heading", { level: 1, name: "Payout" }).waitFor();
    await page.getByRole("table", { name: "Lines of this payout" }).waitFor();
    const compared = page.locator("dt", { hasText: "Difference (payout less lines)" });
    match(
      await compared.locator("xpath=following-sibling::dd").innerText(),
      /^\$0\.00\s.*agrees$/s,
    );
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      press(page.getByRole("button", { name: "Download CSV" })),
    ]);
    equal(download.suggestedFilename(), `payout-${payout}.csv`);
  });
});

test("filters stand in the address, and the CSV is the endpoint's own", async () => {
  await sold();
  await onPage({ person: await operator(), path: "/reports/usage" }, async (page) => {
    const today = new Date().toISOString().slice(0, 10);
    await write(page.getByLabel("First day (UTC)"), today);
    await choose(page.getByLabel("Grouped by"), "model");
    await press(page.getByRole("button", { name: "Show", exact: true }));
    await page.getByText(`From ${today} to`).waitFor();
    const { hash } = new URL(page.url());
    deepEqual(Object.fromEntries(new URLSearchParams(hash.split("?")[1])), {
      from: today,
      group_by: "model",
    });
    const [answer, download] = await Promise.all([
      page.waitForResponse((each) => each.url().includes("format=csv") && each.ok()),
      page.waitForEvent("download"),
      press(page.getByRole("button", { name: "Download CSV" })),
    ]);
    const { searchParams } = new URL(answer.url());
    deepEqual([searchParams.get("from"), searchParams.get("group_by")], [today, "model"]);
    equal(download.suggestedFilename(), "usage.csv");
    const file = await Deno.readTextFile(await download.path());
    match(file, /^record,day \(UTC\),model/);
    match(file, /\r\nrow,.*gpt-4o/);
  });
});

test("a chart's cursor moves by arrow keys, its live region and its table have the figures", async () => {
  await sold();
  await onPage({ person: await operator(), path: "/reports" }, async (page) => {
    const answer = await answerOn(page, "/reports/credits", "/reports/credits");
    const rows = listIn(answer, "rows");
    const days = [...new Set(rows.map(({ day }) => String(day)))].toSorted();
    const caption = "Credits left at the end of the day, by source (at most four)";
    const chart = page.getByRole("application", { name: caption });
    await chart.focus();
    const region = page.getByRole("figure", { name: caption }).locator("[aria-live=polite]");
    await page.keyboard.press("End");
    await region.getByText(`${days.at(-1)} UTC: `).waitFor();
    await page.keyboard.press("Home");
    await region.getByText(`${days[0]} UTC: `).waitFor();
    const said = await region.innerText();
    const first = rows.filter(({ day }) => day === days[0]);
    const named = first.filter(({ source }) => said.includes(`${source} `));
    ok(named.length > 0);
    for (const { source, closing } of named) {
      ok(said.replaceAll(/(\d),(?=\d)/g, "$1").includes(`${source} ${closing}`), said);
    }
    await page.keyboard.press("Escape");
    await isTrue(page, `document.querySelector("figure [aria-live]").textContent === ""`);
    await page.keyboard.press("t");
    const [head = [], ...shown] = await cellsOf(page, `${caption}, as a table`);
    equal(head[0], "Day (UTC)");
    deepEqual(shown.map(([day]) => day), days);
    const adjustment = head.indexOf("paid");
    deepEqual(
      shown.map((row) => row[adjustment]!.replaceAll(",", "")),
      days.map((day) =>
        rows.find((row) => row["day"] === day && row["source"] === "paid")?.["closing"] ?? "none"
      ),
    );
    deepEqual(await audit(page), []);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      deepEqual(await audit(page), [], colorScheme);
    }
    await page.setViewportSize({ width: 375, height: 800 });
    await isTrue(page, `document.querySelector("figure canvas").clientWidth < 375`);
  });
});

test("the overview shows the figures of its reports, and open alerts", async () => {
  await sold();
  await onPage({ person: await operator(), path: "/reports" }, async (page) => {
    const answer = await answerOn(page, "/reports/metrics", "/overview");
    const titles = { gmv: "GMV", net_revenue: "Net revenue", take_rate: "Take rate", arpu: "ARPU" };
    for (const [name, title] of Object.entries(titles)) {
      const heading = page.getByRole("heading", { level: 3, name: title, exact: true });
      const tile = page.getByRole("listitem").filter({ has: heading });
      await tile.locator("p").first().waitFor();
      const shown = await tile.locator("p").evaluateAll((lines) =>
        lines.map((line) => (line as unknown as { lastChild: { textContent: string } }).lastChild)
          .map(({ textContent }) => textContent)
      );
      const rows = listIn(answer, "rows").filter((row) => row["name"] === name);
      const digits = (text: unknown) => String(text).replaceAll(/\D/g, "").replace(/^0+|0+$/g, "");
      deepEqual(shown.map(digits), rows.map(({ value }) => digits(value)), title);
    }
    for (
      const name of [
        "Time to first dollar",
        "Webhook success",
        "Durations of requests, last 24 hours",
      ]
    ) {
      await page.getByRole("heading", { level: 3, name }).waitFor();
    }
    await page.getByRole("heading", { name: "Open alerts" }).waitFor();
    await page.getByRole("link", { name: "All alerts, with their runbooks" }).waitFor();
  });
});

test("the health page shows durations by route and the burn of budgets as its endpoint", async () => {
  await onPage({ person: await operator(), path: "/reports" }, async (page) => {
    const answer = await answerOn(page, "/health", "/health?window=1h");
    const { all, routes } =
      (answer["windows"] as Record<string, { all: Row; routes: Row[] }>)["1h"]!;
    const [, ...shown] = await cellsOf(page, "Durations by route");
    const ms = (value: unknown) => value === null ? "none" : `${value} ms`;
    deepEqual(
      shown,
      [{ route: "all routes", ...all }, ...routes].map((row) => [
        ...[row["route"], String(row["requests"]), String(row["errors"])],
        ...[row["p50_ms"], row["p95_ms"], row["p99_ms"]].map(ms),
      ]),
    );
    const [, ...burns] = await cellsOf(page, "Burn of the error budgets");
    deepEqual(
      burns.map((row) => [row[2], row[4], row[5]].map(Number)),
      listIn(answer, "burns").map((row) => [row["long_burn"], row["short_burn"], row["factor"]]),
    );
  });
});

test("the page of limits shows Redis's latency, and what limits decided", async () => {
  await onPage({ person: await operator(), path: "/limits" }, async (page) => {
    for (const title of ["Limited requests by rule", "Redis: memory, hits and evictions"]) {
      await page.getByRole("heading", { level: 2, name: title }).waitFor();
    }
    const [, ...rows] = await cellsOf(page, "Redis: latency");
    match(rows[0]!.join(" "), /UTC redis \d+ [\d.]+ ms/);
    await isTrue(page, `!document.querySelector("main [aria-label*=loading]")`);
    equal(await page.getByText("unknown").count(), 0);
  });
});

test("a range without data says what will appear, and a failed report is unknown", async () => {
  await onPage({ person: await operator(), path: "/reports" }, async (page) => {
    await goTo(page, "/reports/revenue?from=2024-02-01&to=2024-02-29");
    await page.getByText("Each day with a payment appears here.").waitFor();
    await page.route("**/reports/journal*", (route) =>
      route.fulfill({
        status: 403,
        headers: { "access-control-allow-origin": "*" },
        json: { success: false, error: { code: "forbidden", message: "No.", retryable: false } },
      }));
    await goTo(page, "/reports/journal");
    await page.getByText("Journal: unknown").waitFor();
    equal(await page.getByRole("table").count(), 0);
    await page.unroute("**/reports/journal*");
    await press(page.getByRole("button", { name: "Try again" }));
    await page.getByRole("heading", { name: "Rows" }).waitFor();
  });
});

test("a plain user gets no report, neither as a page nor as data", async () => {
  const user = await signUp(world);
  const asked: string[] = [];
  await onPage({ person: user, path: "/reports" }, async (page) => {
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    for (const path of ["/overview", "/reports/revenue", "/health", "/settings/packages"]) {
      await goTo(page, path);
      await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    }
  });
  deepEqual(asked.filter((path) => /reports|settings|health/.test(path)), []);
  for (const path of ["reports/revenue", "reports/metrics", "settings/packages", "health/hours"]) {
    refused(await get(world, path, user.as), 403, "forbidden");
  }
});

testsEnd();
