/**
 * The database is killed between two steps of a purchase, or during a step. Despite this, there is
 * exactly one grant in the end.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { Checkout } from "../../../supabase/functions/_shared/contracts/checkout.ts";
import { Received } from "../../../supabase/functions/_shared/contracts/webhook-events.ts";
import { Debit } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { countEntries, proven, withSql } from "../../support/project/database.ts";
import { type Answer, backEnd, data, envelope, post, refused } from "../../support/project/http.ts";
import { databaseIsBack, killDatabase } from "../../support/processes/killing.ts";
import { type Person, signUp, signUpWith } from "../../support/project/people.ts";
import {
  type OpenCheckout,
  openCheckout,
  orderBecomes,
  ordersOf,
  packageNamed,
} from "../../support/money/purchases.ts";
import { control, deliver, payInSilence, sessionsOf } from "../../support/money/stripe.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
/** The longest wait: a request of at most 30 s, and some seconds in which the database restarts. */
const GIVES_UP_MS = 60_000;
const ignore = world.dataDir === undefined;

/**
 * Repeats a request with the same idempotency key, as a client does, while the error is retryable.
 */
function insisting(what: string, ask: () => Promise<Answer>): Promise<Answer> {
  return until(what, async () => {
    const answer = await ask();
    if (answer.status < 500 && answer.status !== 408) return answer;
    equal(envelope(answer).error?.retryable, true, answer.text);
    return undefined;
  });
}

async function start(buyer: Person): Promise<OpenCheckout> {
  const { id } = await until("the packages can be read", () => packageNamed(world, "Starter"));
  const key = crypto.randomUUID();
  const ask = () => post(world, "checkout", buyer.as, { package_id: id }, { key });
  return data(await insisting("the checkout", ask), 201, Checkout);
}

async function deliverAll(events: Stripe.Event[]): Promise<void> {
  for (const event of events) {
    data(await insisting(event.type, () => deliver(world, event)), 200, Received);
  }
}

/**
 * The number of kills in the test of a redelivery. The moment of a kill is random, so several kills
 * interrupt different steps.
 */
const ROUNDS = 4;
const BOUNDARIES = ["sign-up", "checkout", "payment", "first event", "grant"] as const;

Deno.test({
  name: "a purchase with the database killed between any two steps makes one grant",
  ignore,
  fn: async (t) => {
    for (const boundary of BOUNDARIES) {
      await t.step(`after the ${boundary}`, async () => {
        const killAfter = async (step: string) => {
          if (step === boundary) await killDatabase(world);
        };
        const buyer = await signUp(world);
        await killAfter("sign-up");
        const checkout = await start(buyer);
        await killAfter("checkout");
        await databaseIsBack(world);
        const events = await payInSilence(world, checkout);
        await killAfter("payment");
        const telling = events.filter(({ type }) => !type.startsWith("charge."));
        await deliverAll(telling.slice(0, 1));
        await killAfter("first event");
        await deliverAll(telling.slice(1));
        await killAfter("grant");
        await deliverAll(events);
        await databaseIsBack(world);
        await orderBecomes(world, buyer, checkout.order_id, "paid");
        equal(await countEntries(world, buyer.id), 1);
        await proven(world);
      });
    }
  },
});

Deno.test({
  name: "a purchase whose events arrive at a killed database is granted once by Stripe's retries",
  ignore,
  fn: async () => {
    const buyer = await signUp(world);
    const checkout = await openCheckout(world, buyer);
    const [paid] = await Promise.all([payCheckout(checkout.checkout_url), killDatabase(world)]);
    equal(paid.result, "paid");
    await databaseIsBack(world);
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    equal(await countEntries(world, buyer.id), 1);
    await proven(world);
  },
});

/**
 * Makes the idempotency keys of interrupted requests three minutes older, so that they no longer count as
 * in progress.
 */
async function ageKeys(): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    update farthing.idempotency_keys set created_at = created_at - interval '3 minutes'
    where status is null`);
}

type Kill = (buyer: Person, isAnswered: () => boolean) => Promise<void>;

/** Kills the database while the functions call Stripe: the order exists, and has no session yet. */
const killWhileStripeIsAsked: Kill = async (buyer) => {
  await until("the order is begun", async () => (await ordersOf(world, buyer))[0]);
  await killDatabase(world);
};

/**
 * Kills the database, and kills it again after each restart, until the checkout request has failed.
 */
const killUntilAnswered: Kill = async (buyer, isAnswered) => {
  await killWhileStripeIsAsked(buyer, isAnswered);
  await until("the checkout has given up", async () => {
    if (isAnswered()) return true;
    await killDatabase(world);
  }, GIVES_UP_MS);
};

const MOMENTS: [name: string, delayMs: number, kill: Kill][] = [
  ["as it begins", 1, () => killDatabase(world)],
  ["until Stripe has answered", 500, killUntilAnswered],
  ["while Stripe is asked", 1_500, killWhileStripeIsAsked],
];

for (const [moment, delay_ms, kill] of MOMENTS) {
  Deno.test({
    name: `a checkout with the database killed ${moment} is one order and one session`,
    ignore,
    fn: async () => {
      const buyer = await signUp(world);
      const { id } = await packageNamed(world, "Starter");
      const key = crypto.randomUUID();
      const ask = (as = key) => post(world, "checkout", buyer.as, { package_id: id }, { key: as });
      await control(world, "POST", "faults", { path: "/v1/checkout/sessions", delay_ms });
      let isAnswered = false;
      const asking = ask().finally(() => isAnswered = true);
      const [first] = await Promise.all([asking, kill(buyer, () => isAnswered)]);
      await control(world, "DELETE", "faults");
      await databaseIsBack(world);
      if (first.status !== 201) ok(envelope(first).error?.retryable, first.text);
      const second = await insisting("the checkout", ask);
      if (second.status !== 201) {
        refused(second, 409, "idempotency_in_progress");
        await ageKeys();
      }
      const checkout = data(await insisting("the checkout", ask), 201, Checkout);
      if (first.status === 201) deepEqual(data(first, 201, Checkout), checkout);
      const other = data(await ask(crypto.randomUUID()), 201, Checkout);
      equal(other.checkout_session_id, checkout.checkout_session_id);
      deepEqual(await sessionsOf(world, checkout.order_id), [checkout.checkout_session_id]);
      deepEqual((await ordersOf(world, buyer)).map(({ order_id }) => order_id), [
        checkout.order_id,
      ]);
      await proven(world);
    },
  });
}

/**
 * Locks the person's account, runs `act`, and kills the database while `act` waits for the lock.
 */
async function killInside(person: Person, act: () => Promise<Answer>): Promise<Answer> {
  return await withSql(world, async (sql) => {
    const holder = await sql.reserve();
    await holder`begin`;
    await holder`select from farthing.accounts where owner_id = ${person.id} for update`;
    const acting = act();
    await until("the call waits inside the database", async () => {
      const waiting = await withSql(
        world,
        (other) => other`select from pg_locks where not granted`,
      );
      return waiting.length > 0 ? true : undefined;
    });
    await killDatabase(world);
    return await acting;
  });
}

Deno.test({
  name: "T2: an event with the database killed in its transaction is granted after the restart",
  ignore,
  fn: async () => {
    const buyer = await signUp(world);
    const checkout = await openCheckout(world, buyer);
    const events = await payInSilence(world, checkout);
    const completed = events.find(({ type }) => type === "checkout.session.completed")!;
    // If the database restarts before the request fails, the event is applied. Otherwise Stripe
    // delivers the event again.
    const answer = await killInside(buyer, () => deliver(world, completed));
    if (answer.status !== 200) refused(answer, 500, "internal");
    await databaseIsBack(world);
    equal(await countEntries(world, buyer.id), answer.status === 200 ? 1 : 0);
    await deliverAll(events);
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    equal(await countEntries(world, buyer.id), 1);
    await proven(world);
  },
});

Deno.test({
  name: "a debit with the database killed in its transaction is made once after the restart",
  ignore,
  fn: async () => {
    const person = await signUpWith(world, "10");
    const body = { user_id: person.id, amount: "3", reason: "x" };
    const key = crypto.randomUUID();
    const ask = () => post(world, "credits/debits", backEnd(world), body, { key });
    const first = await killInside(person, ask);
    if (first.status !== 201) {
      equal(refused(first, 503, "upstream_unavailable").retryable, true);
      equal(first.headers.get("retry-after"), "1");
    }
    const debit = data(await insisting("the debit", ask), 201, Debit);
    equal(debit.balance_after, "7");
    equal((await ask()).headers.get("idempotency-replayed"), "true");
    equal(await countEntries(world, person.id, "debit"), 1);
    await proven(world);
  },
});

Deno.test({
  name: "T2: an event with the database killed during its delivery is granted once by a redelivery",
  ignore,
  fn: async () => {
    const buyer = await signUp(world);
    for (let round = 1; round <= ROUNDS; round++) {
      const checkout = await openCheckout(world, buyer);
      const events = await payInSilence(world, checkout);
      const telling = events.filter(({ type }) => /completed|intent\.succeeded/.test(type));
      const deliveries = [...telling, ...telling].map((event) => deliver(world, event));
      await Promise.all([...deliveries, killDatabase(world)]);
      await deliverAll(telling);
      await orderBecomes(world, buyer, checkout.order_id, "paid");
      equal(await countEntries(world, buyer.id), round);
    }
    await proven(world);
  },
});
