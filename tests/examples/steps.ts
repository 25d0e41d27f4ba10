/** The steps that a user of an example takes after the purchase. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { paysByCard } from "../browser/another-origin/app-page.ts";
import { withDeliveries } from "../support/project/database.ts";
import { promptOf, requestsWith } from "../support/work/chat.ts";
import { holdsEnd } from "../support/work/jobs.ts";
import { press, section, showsCredits } from "./app-page.ts";
import { userIdOf } from "./session.ts";
import type { Visit } from "./visit.ts";

/** Waits until all holds have ended and the page shows the service's balance. */
async function showsTheBalance(visit: Visit): Promise<number> {
  const { world, page } = visit;
  const balance = Number(await holdsEnd(world, await userIdOf(visit)));
  await showsCredits(page, balance.toLocaleString("en"));
  return balance;
}

/** The app's back end charges only once, even in React's strict mode. */
export async function paints(visit: Visit): Promise<void> {
  await press(visit.page, "Paint for 250 credits");
  await visit.page.getByRole("img", { name: "Picture" }).waitFor();
  equal(await showsTheBalance(visit), 9_740);
}

/** One job is completed, and another is cancelled. No temporary id is left on the page. */
export async function followsJobs(visit: Visit): Promise<void> {
  const { page } = visit;
  const research = section(page, "Research");
  const start = async (topic: string) => {
    await research.getByLabel("Your topic").fill(topic);
    await press(page, "Start");
  };
  await start("Explain the farthing. [plan:1]");
  await research.getByText("Completed", { exact: true }).waitFor();
  match(await research.locator("[data-status=completed]").innerText(), /farthing/);
  await start("Explain the groat. [plan:5] [slow:4000]");
  await press(page, "Cancel");
  await research.getByText("Cancelled", { exact: true }).waitFor();
  equal(await research.locator("[data-status]").count(), 2);
  equal(await research.getByText("Starting…").count(), 0);
  // The step that ran during the cancellation is still charged, and the page shows the new balance
  // without a reload.
  ok(await showsTheBalance(visit) < 9_740);
  await page.reload();
  await research.getByText("Cancelled", { exact: true }).waitFor();
  await research.getByText("Completed", { exact: true }).waitFor();
}

/** A stopped answer is charged, and the page shows its price. */
export async function asksAndStops(visit: Visit): Promise<void> {
  const { page, world } = visit;
  const chat = section(page, "Ask");
  const before = await showsTheBalance(visit);
  const { name, content } = promptOf("[tokens:300] [pace:60]");
  await chat.getByLabel("Your question").fill(content);
  await press(page, "Send");
  const answer = chat.locator("[data-role=assistant]");
  await answer.filter({ hasText: /\w+ \w+ \w+/ }).waitFor();
  await press(page, "Stop");
  await answer.getByText(/^[\d.]+ credits, stopped$/).waitFor();
  const price = parseFloat(await answer.locator("small").innerText());
  const after = await showsTheBalance(visit);
  equal((before - after).toFixed(6), price.toFixed(6));
  equal((await requestsWith(world, name)).length, 1);
}

export async function readsTheHistory({ page }: Visit): Promise<void> {
  const history = section(page, "History");
  const shown = await history.getByRole("rowheader").allInnerTexts();
  const counted = (kind: string) => shown.filter((one) => one === kind).length;
  deepEqual([counted("purchase"), shown.at(-1)], [1, "purchase"]);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    press(page, "Download CSV"),
  ]);
  const lines = (await Deno.readTextFile(await download.path())).trim().split(/\r?\n/);
  match(lines[0]!, /^id,seq,kind,amount,balance_after/);
  equal(lines.length - 1, shown.length);
}

/** Saves a card on Stripe's page, and turns the top-ups on and off. */
export async function isToppedUp({ page, world }: Visit, email: string): Promise<void> {
  const topUps = section(page, "Automatic top-up");
  await withDeliveries(world, "shared", async () => {
    await press(page, "Save a card");
    await paysByCard(page, world, email, /^Save/);
    await topUps.getByText("visa ending in 4242: off").waitFor(); // without a reload
  });
  await press(page, "Turn on");
  await topUps.getByText("visa ending in 4242: on").waitFor();
  await press(page, "Turn off");
  await topUps.getByText("visa ending in 4242: off").waitFor();
}
