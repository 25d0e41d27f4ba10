/** The thirteen tasks, as a user and an operator of the app do them one after the other. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { paysByCard } from "../browser/another-origin/app-page.ts";
import { userIdOf } from "../examples/session.ts";
import type { Visit } from "../examples/visit.ts";
import { balanceOf, ordersOf } from "../support/money/purchases.ts";
import { inSilence } from "../support/money/stripe.ts";
import { runPayments } from "../support/money/top-ups.ts";
import { countEntries, withDeliveries, withLostEvents } from "../support/project/database.ts";
import { until } from "../support/project/until.ts";
import { promptOf, requestsWith } from "../support/work/chat.ts";
import { holdsEnd } from "../support/work/jobs.ts";
import { emailArrives } from "../support/work/notifications.ts";
import {
  ask,
  asks,
  card,
  creditsOn,
  opensCheckout,
  operates,
  press,
  showsCredits,
  signsUp,
} from "./app-page.ts";

/** Waits until the page shows the service's balance without a reload, and returns the balance. */
async function showsTheBalance(visit: Visit): Promise<number> {
  const { world, page } = visit;
  const balance = Number(await holdsEnd(world, await userIdOf(visit)));
  await showsCredits(page, balance.toLocaleString("en", { maximumFractionDigits: 20 }));
  return balance;
}

/**
 * Work is refused before the model is called if the user has no credits. The paywall then sells
 * credits to the user. Returns the order's id.
 */
export async function meetsThePaywall(visit: Visit, email: string): Promise<string> {
  const { page, world } = visit;
  const { name, content } = promptOf("[tokens:50]");
  await asks(page, "Ask our model", content);
  const paywall = page.getByRole("dialog");
  await paywall.getByText(/^This needs [\d.,]+ credits, and 0 are available\.$/).waitFor();
  deepEqual(await requestsWith(world, name), []);
  await withDeliveries(world, "shared", async () => {
    await press(paywall, /^Buy Starter for/);
    await paysByCard(page, world, email);
    await page.getByText("9,990 credits are yours.").waitFor();
  });
  equal(await showsTheBalance(visit), 9_990);
  const [order] = await ordersOf(world, { id: await userIdOf(visit) });
  return order!.order_id;
}

/**
 * The back end opens a hold, calls the app's own model, and settles the hold. All of this happens
 * only once, even in React's strict mode.
 */
export async function asksTheModel(visit: Visit): Promise<void> {
  const { page, world } = visit;
  const before = await creditsOn(page);
  const { name, content } = promptOf("[tokens:80]");
  await asks(page, "Ask our model", content);
  await ask(page, "Ask our model").getByRole("status").getByText(/\w+ \w+/).waitFor();
  ok(await showsTheBalance(visit) < before);
  equal((await requestsWith(world, name)).length, 1);
  equal(await countEntries(world, await userIdOf(visit), "settle"), 1);
}

/** Usage is charged once for its event id, even if the operator repeats the command. */
export async function isChargedForUsage(visit: Visit): Promise<void> {
  const { page, world } = visit;
  const userId = await userIdOf(visit);
  const before = Number((await balanceOf(world, userId)).balance);
  match(await operates(visit, "usage", userId), /"credits":"50"/);
  match(await operates(visit, "usage", userId), /"credits":"50"/);
  await page.reload();
  equal(await showsTheBalance(visit), before - 50);
}

/** The service ends a stopped answer within two minutes, and the page then reads the price. */
const MOST_MS_TO_PRICE = 150_000;

/** A stopped answer is charged in full, and its price is shown. */
export async function chatsAndStops(visit: Visit): Promise<void> {
  const { page, world } = visit;
  const before = await creditsOn(page);
  const { name, content } = promptOf("[tokens:300] [pace:100]");
  const chat = card(page, "Chat");
  await chat.getByLabel("Message").fill(content);
  await chat.getByRole("button", { name: "Send" }).dblclick(); // as an impatient user does
  await chat.getByRole("listitem").nth(1).filter({ hasText: /\w+ \w+ \w+/ }).waitFor();
  await press(chat, "Stop");
  await chat.getByText(/^Stopped\. /).waitFor();
  // The model completes the stopped answer before the price is final.
  const shown = chat.getByText(/^Stopped\. [\d.]+ credits$/);
  const price = await shown.innerText({ timeout: MOST_MS_TO_PRICE });
  const after = await showsTheBalance(visit);
  equal((before - after).toFixed(6), Number(/[\d.]+(?= credits)/.exec(price)![0]).toFixed(6));
  equal((await requestsWith(world, name)).length, 1);
}

/** One job shows its progress until it is completed, and another one is cancelled. */
export async function followsJobs(visit: Visit): Promise<void> {
  const { page, world } = visit;
  const job = ask(page, "Research");
  await asks(page, "Research", "Explain the farthing. [plan:1]");
  await job.getByRole("progressbar").waitFor();
  await job.getByText("Completed", { exact: true }).waitFor();
  await asks(page, "Research", "Explain the groat. [plan:5] [slow:4000]");
  await press(job, "Cancel");
  await job.getByText("Cancelled", { exact: true }).waitFor();
  await holdsEnd(world, await userIdOf(visit)); // The running step is still charged.
  await page.reload();
  await showsTheBalance(visit);
}

export async function readsTheHistory({ page }: Visit): Promise<void> {
  const history = card(page, "History");
  const kinds = history.getByRole("row").locator("td:first-child span");
  await kinds.first().waitFor();
  const shown = await kinds.allInnerTexts();
  deepEqual([shown.at(-1), shown.includes("Usage"), shown.includes("Finished work")], [
    "Purchase",
    true,
    true,
  ]);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    press(history, "Download CSV"),
  ]);
  const lines = (await Deno.readTextFile(await download.path())).trim().split(/\r?\n/);
  match(lines[0]!, /^id,seq,kind,amount,balance_after/);
  equal(lines.length - 1, shown.length);
}

/**
 * The user saves a card and agrees to the terms of top-ups. Then the card is charged automatically.
 */
export async function isToppedUp(visit: Visit, email: string): Promise<void> {
  const { page, world } = visit;
  const topUps = card(page, "Automatic top-ups");
  await withDeliveries(world, "shared", async () => {
    await press(topUps, "Save a card");
    await paysByCard(page, world, email, /^Save/);
    await showsCredits(page, /\d/);
    await until("the card is saved", async () => {
      await page.reload();
      await showsCredits(page, /\d/);
      return await topUps.getByText(/visa ending in 4242/i).isVisible() || undefined;
    });
    const before = await creditsOn(page);
    await topUps.getByLabel("When fewer credits are left than").fill("15000");
    await topUps.getByLabel("Top up to").fill("20000");
    await press(topUps, "Agree and turn on");
    await topUps.getByText(/^(On|Charging…)$/).waitFor();
    const userId = await userIdOf(visit);
    await until("the card has bought credits", async () => {
      await runPayments(world);
      return Number((await balanceOf(world, userId)).balance) > before || undefined;
    });
  });
  await page.reload();
  ok(await showsTheBalance(visit) >= 15_000);
}

/** The operator refunds the first order once, and the credits are clawed back. */
export async function isRefunded(visit: Visit, orderId: string): Promise<void> {
  const { page, world } = visit;
  const userId = await userIdOf(visit);
  const before = await creditsOn(page);
  await withDeliveries(world, "shared", async () => {
    await operates(visit, "refund", orderId);
    await operates(visit, "refund", orderId);
    await until("the credits are clawed back", async () => {
      const { balance } = await balanceOf(world, userId);
      return Number(balance) < before || undefined;
    });
  });
  await page.reload();
  equal((before - await showsTheBalance(visit)).toFixed(6), "9990.000000");
}

/** The emails arrive in the inbox of the local stack. The app has no code for them. */
export async function getsEmails({ world }: Visit, email: string): Promise<void> {
  match((await emailArrives(world, email, "receipt")).text, /9,990/);
  match((await emailArrives(world, email, "refund")).text, /Refunded: USD 9\.99/);
}

/** Stripe's events are lost. The page says "Paying…" until the operator has fetched them. */
export async function recoversAnEvent(visit: Visit): Promise<void> {
  const { page, world } = visit;
  const email = await signsUp(visit);
  const userId = await userIdOf(visit);
  await withLostEvents(world, "exclusive", async () => {
    await opensCheckout(visit);
    const [order] = await ordersOf(world, { id: userId });
    await inSilence(world, order!.order_id, async () => {
      await paysByCard(page, world, email);
      await showsCredits(page, "Paying…");
    });
    match(await operates(visit, "recover"), /"complete":true/);
  });
  equal(await showsTheBalance(visit), 9_990);
}
