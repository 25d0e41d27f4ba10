/**
 * An app whose origin differs from the stack's can do everything that a browser may do. The app is
 * a new Vite app without a proxy or CORS settings.
 */
import { createClient } from "@supabase/supabase-js";
import { createParser } from "eventsource-parser";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Browser, Page, Request } from "playwright-core";
import { z } from "zod";
import { Order } from "../../../supabase/functions/_shared/contracts/checkout.ts";
import { IS_FULL } from "../../../scripts/test-tools/full-run.ts";
import { openBrowser, withPage } from "../chromium.ts";
import { endedRequestsWith, promptOf, requestsWith } from "../../support/work/chat.ts";
import { proven, withDeliveries } from "../../support/project/database.ts";
import { backEnd, data, get } from "../../support/project/http.ts";
import { holdsEnd } from "../../support/work/jobs.ts";
import { type AskedHeader, watchPreflights } from "./sent-preflights.ts";
import {
  fillLogin,
  newLogin,
  outcomeOf,
  paysByCard,
  press,
  shown,
  signsUp,
  succeeds,
} from "./app-page.ts";
import { runPayments } from "../../support/money/top-ups.ts";
import { until } from "../../support/project/until.ts";
import { withApp, withVite } from "./vite.ts";
import { readWorld } from "../../support/project/world.ts";
import { NEEDED } from "./needed-headers.ts";

const world = readWorld();

/** Charges usage with the secret key, as the app's back end does. */
async function spends(userId: string, input_tokens: number): Promise<string> {
  const server = createClient(world.url, world.secretKey);
  const { data, error } = await server.functions.invoke("usage", {
    headers: { "Idempotency-Key": crypto.randomUUID() },
    body: { user_id: userId, model: "gpt-4o", input_tokens, output_tokens: 500 },
  });
  if (error) throw error;
  return data.data.credits;
}

async function orderIdsOf(userId: string): Promise<string[]> {
  const orders = await get(world, `checkout/orders?user_id=${userId}`, backEnd(world));
  return data(orders, 200, z.array(Order)).map(({ order_id }) => order_id);
}

async function seesBalance(page: Page): Promise<string> {
  await succeeds(page, "See balance");
  return await shown(page, "balance");
}

async function comesAndGoes(page: Page): Promise<string> {
  const login = newLogin();
  const id = await signsUp(page, login);
  match(id, /^[0-9a-f-]{36}$/);
  await succeeds(page, "Refresh");
  await succeeds(page, "Sign out");
  equal(await shown(page, "user"), "");
  await fillLogin(page, login);
  await succeeds(page, "Sign in");
  equal(await shown(page, "user"), id);
  await page.reload();
  await page.locator("#user", { hasText: id }).waitFor();
  equal(await seesBalance(page), "0");
  await succeeds(page, "Keep my prompts");
  return id;
}

async function buys(page: Page, userId: string): Promise<void> {
  await withDeliveries(world, "shared", async () => {
    await press(page, "Buy");
    await paysByCard(page, world, "buyer@example.com");
    await page.locator("#done", { hasText: "Paid" }).waitFor();
  });
  const order = await shown(page, "order");
  equal(new URL(page.url()).searchParams.get("paid"), order);
  deepEqual(await orderIdsOf(userId), [order]);
  equal(await shown(page, "balance"), "9990");
  equal(await spends(userId, 1000), "50");
  equal(await seesBalance(page), "9940");
}

/** Starts a job, polls it to its end, and returns the status codes of the polls. */
async function followsAJob(page: Page): Promise<number[]> {
  const polls: number[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    const isPoll = pathname.startsWith("/functions/v1/jobs/");
    if (isPoll && response.request().method() === "GET") polls.push(response.status());
  });
  await page.getByLabel("Question").fill("Explain the farthing. [plan:1] [slow:7000]");
  equal(await outcomeOf(page, "Research", 90_000), null);
  equal(await shown(page, "job"), "completed 100");
  return polls;
}

const CHAT_TOKENS = 400;

/** Sends the same request again with the same idempotency key, as the app would. */
async function sentAgain(request: Request) {
  const { authorization, apikey, "idempotency-key": key } = await request.allHeaders();
  const answer = await fetch(request.url(), {
    method: "POST",
    headers: {
      "authorization": authorization!,
      "apikey": apikey!,
      "idempotency-key": key!,
      "content-type": "application/json",
    },
    body: request.postData()!,
  });
  const { status, headers } = answer;
  return { status, replayed: headers.get("idempotency-replayed"), text: await answer.text() };
}

/** Joins the pieces of a streamed answer. */
function textOf(stream: string): string {
  let text = "";
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event === "delta") text += JSON.parse(data).content;
    },
  });
  parser.feed(stream);
  return text;
}

/**
 * Stops a chat in the browser. Even so, the functions read the model provider's answer to its end,
 * charge the billed tokens, and store the answer under the chat's idempotency key.
 */
async function chatsAndStops(page: Page, userId: string): Promise<void> {
  const before = Number(await holdsEnd(world, userId));
  const { name, content } = promptOf(`[tokens:${CHAT_TOKENS}] [pace:60]`);
  await page.getByLabel("Question").fill(content);
  const isChat = (request: Request) =>
    request.method() === "POST" && request.url().endsWith("/functions/v1/ai/chat");
  const sending = page.waitForRequest(isChat);
  await press(page, "Chat");
  const request = await sending;
  await page.locator("#answer", { hasText: /\w+ \w+ \w+/ }).waitFor();
  await press(page, "Stop");
  await page.locator("#error", { hasText: "abort" }).waitFor();
  const read = await shown(page, "answer");
  ok(
    (await requestsWith(world, name))[0]?.ended === false,
    "the chat had ended before it was stopped",
  );

  const balance = Number(await holdsEnd(world, userId));
  const [asked, ...others] = await endedRequestsWith(world, name);
  deepEqual([others.length, asked?.aborted], [0, false]);
  const { prompt_tokens, completion_tokens } = asked!.billed!;
  equal(completion_tokens, CHAT_TOKENS);
  const credits = (prompt_tokens * 20 + completion_tokens * 60) / 1000;
  equal((before - balance).toFixed(6), credits.toFixed(6));

  const { status, replayed, text } = await sentAgain(request);
  deepEqual([status, replayed], [200, "true"]);
  const answer = textOf(text);
  ok(answer.startsWith(read) && answer.length > read.length, `${read} of ${answer}`);
  equal((await requestsWith(world, name)).length, 1);
  equal(Number(await holdsEnd(world, userId)), balance);
}

async function readsTheLedger(page: Page, userId: string): Promise<void> {
  const balance = await holdsEnd(world, userId);
  await succeeds(page, "Download CSV");
  const [head = "", last = "", ...lines] = (await shown(page, "csv")).split(/\r?\n/);
  match(head, /^id,seq,kind,amount,balance_after/);
  equal(last.split(",")[4], balance);
  match(lines.join(), /,purchase,9990,/);
}

async function isToppedUp(page: Page, userId: string): Promise<void> {
  await press(page, "Save a card");
  await withDeliveries(world, "shared", async () => {
    await paysByCard(page, world, "buyer@example.com", /^Save/);
    await page.waitForURL(/\?saved$/);
    await until("the card is saved", async () => {
      await succeeds(page, "Top up by itself");
      return await shown(page, "top-up") === "on" || undefined;
    });
    const before = Number(await seesBalance(page));
    await spends(userId, 150_000);
    ok(before > 9_000, `${before}`);
    await until("the card was charged", async () => {
      await runPayments(world);
      return Number(await seesBalance(page)) >= 12_000 || undefined;
    });
  });
}

/**
 * Carries out all steps on one page. Returns the headers that the page's preflights asked to send.
 */
async function everything(page: Page, origin: string): Promise<AskedHeader[]> {
  const asked: AskedHeader[] = [];
  await watchPreflights(page, (header) => asked.push(header));
  await page.goto(origin);
  const id = await comesAndGoes(page);
  await buys(page, id);
  const polls = await followsAJob(page);
  ok(polls.includes(304) && polls.at(-1) === 200, `polls were answered ${polls}`);
  await chatsAndStops(page, id);
  await readsTheLedger(page, id);
  await isToppedUp(page, id);
  await proven(world);
  return asked;
}

/** Returns each header once, in sorted order. */
const named = (headers: readonly AskedHeader[]) =>
  [...new Set(headers.map(({ part, header }) => `${part} ${header}`))].sort();

async function onPage(browser: Browser, folder: string, args: string[]): Promise<void> {
  await withVite(world, folder, args, (origin) =>
    withPage(browser, async (page) => {
      match(origin, /^http:\/\/localhost:\d+$/);
      deepEqual(named(await everything(page, origin)), named(NEEDED));
    }));
}

Deno.test({
  name: "T26 an app of another origin",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const browser = await openBrowser();
    try {
      await withApp(async (folder) => {
        const clients: [name: string, args: string[]][] = [["the pinned supabase-js", []]];
        if (IS_FULL) clients.push(["the newest supabase-js", ["--config", "newest.config.js"]]);
        for (const [name, args] of clients) {
          await test.step(`can do everything that a browser may do, with ${name}`, () =>
            onPage(browser, folder, args));
        }
      });
    } finally {
      await browser.close();
    }
  },
});
