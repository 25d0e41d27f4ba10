/**
 * Uses the installed blocks on a page whose origin differs from the stack's. The stack itself runs
 * the jobs and sends the streams. Payments are made on the emulator's page. Each user has a
 * separate window, and each journey ends with the proof.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { addBlocks, blockNames, build, makeApp } from "../blocks/installed-app.ts";
import { once } from "../blocks/once.ts";
import { serveApp } from "../blocks/served-app.ts";
import { paysByCard } from "../browser/another-origin/app-page.ts";
import { openBrowser } from "../browser/chromium.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { type Person, signUp, signUpWith } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";
import { promptOf, requestsWith } from "../support/work/chat.ts";
import { holdsEnd } from "../support/work/jobs.ts";
import { card, pays, press, showsCredits, type Visit, withBlocks } from "./blocks-page.ts";

const world = readWorld();
const shownAs = (credits: string) => Number(credits).toLocaleString("en", LONG);
const LONG = { maximumFractionDigits: 20 };

/**
 * Waits until all holds of the person have ended, and until the page shows the new balance without
 * a reload.
 */
async function showsTheBalance({ page, person }: Visit): Promise<number> {
  const balance = await holdsEnd(world, person.id);
  await showsCredits(page, shownAs(balance));
  return Number(balance);
}

async function buys(visit: Visit): Promise<void> {
  const { page } = visit;
  await showsCredits(page, "0");
  await press(page, "Buy Starter");
  await pays(visit);
  await showsCredits(page, "9,990");
  const { searchParams } = new URL(page.url());
  deepEqual([...searchParams.keys()], ["block"]);
  const history = card(page, "History");
  await history.getByText("Purchase").waitFor();
  await history.getByText("+9,990").waitFor();
  await press(page, "Close");
  await page.getByText("Thank you").waitFor({ state: "detached" });
}

async function asks(page: Page, content: string): Promise<void> {
  await page.getByLabel("Message").fill(content);
  await page.keyboard.press("Enter");
}

const priceIn = (text: string) => Number(/([\d.]+) credits$/.exec(text)?.[1]);

async function buysAtThePaywall(visit: Visit): Promise<void> {
  const { page } = visit;
  const refused = promptOf("[tokens:40]");
  await asks(page, refused.content);
  const dialog = page.getByRole("dialog", { name: "Not enough credits" });
  await dialog.getByText(/^This needs [\d.,]+ credits, and 0 are available\.$/).waitFor();
  await dialog.getByRole("button", { name: /^Buy Starter for/ }).click();
  await pays(visit);
  await showsCredits(page, "9,990");
  equal((await requestsWith(world, refused.name)).length, 0);
  await asks(page, promptOf("[tokens:40]").content);
  const price = card(page, "Chat").getByText(/^[\d.]+ credits$/);
  const charged = priceIn(await price.innerText());
  equal((await showsTheBalance(visit)).toFixed(6), (9_990 - charged).toFixed(6));
}

async function followsJobs(visit: Visit): Promise<void> {
  const { page } = visit;
  const report = card(page, "Report");
  const start = async (topic: string) => {
    await page.getByLabel("Topic").fill(topic);
    await press(page, "Research");
  };
  await start("Explain the farthing. [plan:1]");
  await report.getByText("The report is ready.").waitFor();
  await report.getByText("Completed", { exact: true }).waitFor();
  const before = await showsTheBalance(visit);
  ok(before < 1_000);
  await start("Explain the groat. [plan:5] [slow:3000]");
  await report.getByText("In progress").or(report.getByText("Waiting to start")).waitFor();
  await report.getByRole("progressbar", { name: "Report" }).waitFor();
  await report.getByRole("button", { name: "Cancel" }).click();
  await report.getByText("Cancelled", { exact: true }).waitFor();
  equal(await report.getByRole("button").count(), 0);
  ok(await showsTheBalance(visit) <= before);
}

async function stopsAnAnswer(visit: Visit): Promise<void> {
  const { page } = visit;
  await showsCredits(page, "1,000");
  const { name, content } = promptOf("[tokens:300] [pace:60]");
  await asks(page, content);
  const chat = card(page, "Chat");
  const answer = chat.getByRole("listitem").nth(1);
  await answer.filter({ hasText: /\w+ \w+ \w+/ }).waitFor();
  await press(page, "Stop");
  const price = priceIn(await chat.getByText(/^Stopped\. [\d.]+ credits$/).innerText());
  equal((await showsTheBalance(visit)).toFixed(6), (1_000 - price).toFixed(6));
  equal((await requestsWith(world, name)).length, 1);
}

async function savesTheHistory({ page }: Visit): Promise<void> {
  const history = card(page, "History");
  await history.getByText("Promotion").waitFor();
  const rows = await history.getByRole("row").count() - 1; // without the header row
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    press(page, "Download CSV"),
  ]);
  const lines = (await Deno.readTextFile(await download.path())).trim().split(/\r?\n/);
  match(lines[0]!, /^id,seq,kind,amount,balance_after/);
  equal(lines.length - 1, rows);
}

async function isToppedUp({ page, person }: Visit): Promise<void> {
  const topUps = card(page, "Automatic top-ups");
  await withDeliveries(world, "shared", async () => {
    await press(page, "Save a card");
    await paysByCard(page, world, person.email, /^Save/);
    await topUps.getByText("ending in 4242").waitFor();
    await topUps.getByLabel("When fewer credits are left than").fill("2000");
    await topUps.getByLabel("Top up to").fill("5000");
    await press(page, "Agree and turn on");
    await showsCredits(page, "5,000");
    await topUps.getByRole("status").getByText("On", { exact: true }).waitFor();
  });
  await press(page, "Turn off");
  await topUps.getByRole("status").getByText("Off", { exact: true }).waitFor();
  await topUps.getByRole("button", { name: /^Remove/ }).click();
  await topUps.getByRole("button", { name: "Save a card" }).waitFor();
}

type Journey = readonly [name: string, person: () => Promise<Person>, go: typeof buys];

const JOURNEYS: readonly Journey[] = [
  ["buys a package, and sees the credits", () => signUp(world), buys],
  ["meets the paywall, buys there, and is answered", () => signUp(world), buysAtThePaywall],
  ["follows a job, and cancels another", () => signUpWith(world, "1000"), followsJobs],
  ["stops an answer, and sees its price", () => signUpWith(world, "1000"), stopsAnAnswer],
  ["saves the history as a file", () => signUpWith(world, "12.5"), savesTheHistory],
  ["saves a card, and is topped up", () => signUpWith(world, "1000"), isToppedUp],
];

const opened = new AsyncDisposableStack();

/**
 * The tests share the app and the browser. Both stay open after a test, so Deno must not report
 * them as leaks.
 */
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });

const theApp = once(async () => {
  const app = opened.use(await makeApp());
  await addBlocks(app, await blockNames());
  await build(app);
  return app;
});
const thePage = once(async () => {
  const app = await theApp();
  const browser = await openBrowser();
  opened.defer(() => browser.close());
  return { browser, served: opened.use(serveApp(app)) };
});

test("an app with all blocks is built", async () => {
  await theApp();
});

for (const [name, signsUp, go] of JOURNEYS) {
  test(`a user of the blocks ${name}`, async () => {
    const { browser, served } = await thePage();
    const person = await signsUp();
    await withBlocks(browser, served.origin, { world, person }, go);
    await proven(world);
  });
}

test("the app ends", () => opened.disposeAsync());
