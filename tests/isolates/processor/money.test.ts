/**
 * Isolates use too much processor time and are killed during purchases, debits and usage. Each
 * purchase, debit and charge is still made exactly once.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Decimal } from "decimal.js";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { Checkout, Order } from "../../../supabase/functions/_shared/contracts/checkout.ts";
import { Balance, Debit } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { Charge } from "../../../supabase/functions/_shared/contracts/usage.ts";
import { countEntries, proven } from "../../support/project/database.ts";
import { type Answer, backEnd, data, envelope, get, post } from "../../support/project/http.ts";
import { type Deaths, deathsDuring, insist } from "../../support/processes/isolates.ts";
import { type Person, signUp, signUpWith } from "../../support/project/people.ts";
import { packageNamed } from "../../support/money/purchases.ts";
import { sessionsOf } from "../../support/money/stripe.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);
const CREDITS = 100_000;
const AT_ONCE = 150;
const MAX_ROUNDS = 10;
const CUT = 20;
const REPEATERS = 8;

async function balanceOf(userId: string) {
  const ask = () => get(world, `credits?user_id=${userId}`, service);
  return data(await insist("the balance", ask), 200, Balance);
}

interface Request {
  readonly path: string;
  readonly body: object;
  readonly key: string;
}

const sendOnce = ({ path, body, key }: Request): Promise<Answer> =>
  post(world, path, service, body, { key });

function debitOf(userId: string): Request {
  const body = { user_id: userId, amount: "1", reason: "test" };
  return { path: "credits/debits", body, key: crypto.randomUUID() };
}

function usageOf(userId: string): Request {
  const body = { user_id: userId, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  return { path: "usage", body, key: crypto.randomUUID() };
}

/**
 * Sends a request until it is answered, and then again until it is answered a second time. Asserts
 * that the two answers are equal, and returns the answer.
 */
async function answeredTwice(request: Request): Promise<Answer> {
  const answer = await insist("an answer", () => sendOnce(request));
  const again = await insist("the same answer", () => sendOnce(request));
  equal(again.headers.get("idempotency-replayed"), "true");
  deepEqual(envelope(again).data, envelope(answer).data);
  return answer;
}

/**
 * Sends waves of simultaneous requests until isolates have been killed during some of the requests.
 * Repeats each request until it is answered, and then once more. Returns the answers.
 */
async function flood(
  name: string,
  make: () => Request,
): Promise<{ sent: Answer[]; deaths: Deaths }> {
  const requests: Request[] = [];
  const deaths = await deathsDuring(world, name, async () => {
    let cut = 0;
    for (let round = 0; round < MAX_ROUNDS && cut < CUT; round++) {
      const wave = Array.from({ length: AT_ONCE }, make);
      requests.push(...wave);
      const answers = await Promise.all(wave.map(sendOnce));
      cut += answers.filter(({ status }) => status === 546).length;
    }
  });
  const sent: Answer[] = [];
  const waiting = [...requests];
  const repeat = async () => {
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      sent.push(await answeredTwice(request));
    }
  };
  await Promise.all(Array.from({ length: REPEATERS }, repeat));
  return { sent, deaths };
}

Deno.test("debits whose isolates are killed are each made once", async () => {
  const person = await signUpWith(world, String(CREDITS));
  const { sent, deaths } = await flood("credits", () => debitOf(person.id));
  for (const answer of sent) data(answer, 201, Debit);
  ok(deaths.killed > 0 && deaths.cut >= CUT, JSON.stringify(deaths));
  equal(await countEntries(world, person.id, "debit"), sent.length);
  equal((await balanceOf(person.id)).balance, String(CREDITS - sent.length));
  await proven(world);
});

Deno.test("usage whose isolates are killed is charged once", async () => {
  const person = await signUpWith(world, String(CREDITS));
  const { sent, deaths } = await flood("usage", () => usageOf(person.id));
  const charged = sent.reduce(
    (sum, answer) => sum.plus(data(answer, 201, Charge).credits),
    new Decimal(0),
  );
  ok(deaths.killed > 0 && deaths.cut >= CUT, JSON.stringify(deaths));
  equal((await balanceOf(person.id)).balance, new Decimal(CREDITS).minus(charged).toFixed());
  await proven(world);
});

const MAX_CLICKS = 10;

/**
 * Clicks until a checkout is open. If an isolate is killed while it calls Stripe, the idempotency
 * key stays in progress for three minutes. This buyer does not wait so long, and clicks again with
 * a new key.
 */
async function openOne(buyer: Person, packageId: string) {
  for (let click = 1;; click++) {
    const key = crypto.randomUUID();
    const ask = () => post(world, "checkout", buyer.as, { package_id: packageId }, { key });
    const answer = await insist("the checkout", ask, PATIENCE_MS).catch((error) => {
      if (click === MAX_CLICKS) throw error;
    });
    if (answer === undefined) continue;
    const opened = data(answer, 201, Checkout);
    equal(data(await insist("the checkout again", ask), 201, Checkout).order_id, opened.order_id);
    return opened;
  }
}

/**
 * Opens a checkout and pays. Meanwhile the isolates of the webhook, which gets Stripe's events, are killed,
 * too.
 */
async function purchase(buyer: Person, packageId: string) {
  const opened = await openOne(buyer, packageId);
  equal((await payCheckout(opened.checkout_url)).result, "paid");
  return opened;
}

async function isPaid(buyer: Person, orderId: string): Promise<void> {
  await until(`order ${orderId} is paid`, async () => {
    const ask = () => get(world, `checkout/orders/${orderId}`, buyer.as);
    const { status } = data(await insist("the order", ask), 200, Order);
    return status === "paid" || undefined;
  }, 60_000);
}

const PATIENCE_MS = 5_000;
const BUYERS = 10;
const EACH = 3;

/** Several buyers each make some purchases, one after the other. Each purchase is granted once. */
async function buyAll(): Promise<void> {
  const { id, credits, bonus_credits } = await packageNamed(world, "Starter");
  const granted = new Decimal(credits).plus(bonus_credits);
  const buyers = await Promise.all(Array.from({ length: BUYERS }, () => signUp(world)));
  await Promise.all(buyers.map(async (buyer) => {
    for (let nr = 0; nr < EACH; nr++) {
      const { order_id } = await purchase(buyer, id);
      await isPaid(buyer, order_id);
      equal((await sessionsOf(world, order_id)).length, 1, "one session at Stripe");
      equal(await countEntries(world, buyer.id), nr + 1, "one grant");
    }
    const { balance, held } = await balanceOf(buyer.id);
    deepEqual([balance, held], [granted.times(EACH).toFixed(), "0"]);
  }));
}

Deno.test("purchases whose isolates are killed are each granted once", async () => {
  const killed = { checkouts: 0, webhooks: 0, cut: 0 };
  const isSeen = () => killed.checkouts > 0 && killed.webhooks > 0 && killed.cut > 0;
  for (let round = 0; round < MAX_ROUNDS && !isSeen(); round++) {
    const checkouts = await deathsDuring(world, "checkout", async () => {
      const webhooks = await deathsDuring(world, "stripe-webhook", buyAll);
      killed.webhooks += webhooks.killed;
      killed.cut += webhooks.cut;
    });
    killed.checkouts += checkouts.killed;
    killed.cut += checkouts.cut;
  }
  ok(isSeen(), JSON.stringify(killed));
  await proven(world);
});
