/**
 * Many requests at the same moment open only one checkout, and many events about one payment grant its
 * credits once.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { Received } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { countEntries, proven, withLostEvents } from "../support/project/database.ts";
import { backEnd, data, post, refused } from "../support/project/http.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import {
  balanceOf,
  openCheckout,
  ordersOf,
  packageNamed,
  readOrder,
} from "../support/money/purchases.ts";
import { deliver, payInSilence, sessionsOf } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);

/** A user may open ten checkouts in a minute. With five clicks, each click can be repeated once. */
const CLICKS = 5;

Deno.test("many clicks at once on one package make one order and one session", async () => {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  // A click that waits too long for the checkout session of the first click is refused with
  // "idempotency_in_progress".
  const click = async () => {
    const answer = await post(world, "checkout", buyer.as, { package_id: id });
    if (answer.status === 201) return answer;
    refused(answer, 409, "idempotency_in_progress");
    ok(answer.headers.get("retry-after"));
    return undefined;
  };
  const clicked = await Promise.all(Array.from({ length: CLICKS }, click));
  ok(clicked.some((answer) => answer !== undefined));
  const answers = await Promise.all(
    clicked.map((answer) => answer ?? post(world, "checkout", buyer.as, { package_id: id })),
  );
  const checkouts = answers.map((answer) => data(answer, 201, Checkout));
  equal(new Set(checkouts.map(({ checkout_session_id }) => checkout_session_id)).size, 1);
  const orders = await ordersOf(world, buyer);
  equal(orders.length, 1);
  deepEqual(await sessionsOf(world, orders[0]!.order_id), [checkouts[0]!.checkout_session_id]);
  await proven(world);
});

Deno.test("T12: a checkout repeated at once with its key runs once", async () => {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  const key = crypto.randomUUID();
  const ask = () => post(world, "checkout", buyer.as, { package_id: id }, { key });
  const answers = await Promise.all(Array.from({ length: 2 * CLICKS - 1 }, ask));
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    refused(answer, 409, "idempotency_in_progress");
    ok(answer.headers.get("retry-after"));
  }
  const stored = data(await ask(), 201, Checkout);
  for (const answer of answers.filter(({ status }) => status === 201)) {
    deepEqual(data(answer, 201, Checkout), stored);
  }
  const orders = await ordersOf(world, buyer);
  deepEqual(orders.map(({ order_id }) => order_id), [stored.order_id]);
  deepEqual(await sessionsOf(world, stored.order_id), [stored.checkout_session_id]);
});

Deno.test("T3: one payment reported by ten different events at once is granted once", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const checkout = await openCheckout(world, buyer);
    const events = await payInSilence(world, checkout);
    const telling = events.filter(({ type }) =>
      type === "checkout.session.completed" || type === "payment_intent.succeeded"
    );
    equal(telling.length, 2);
    const many = Array.from({ length: 5 }, () => telling).flat()
      .map((event) => ({ ...event, id: `evt_${crypto.randomUUID()}` }));
    const answers = await Promise.all(many.map((event) => deliver(world, event)));
    for (const answer of answers) deepEqual(data(answer, 200, Received), { received: true });
    equal((await readOrder(world, buyer, checkout.order_id)).status, "paid");
    equal(await countEntries(world, buyer.id), 1);
    await proven(world);
  });
});

Deno.test("grants, charges and webhooks of one account at once add up", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUpWith(world, "100");
    const checkout = await openCheckout(world, buyer);
    const events = await payInSilence(world, checkout);
    const grant = { user_id: buyer.id, amount: "10", source: "promotional", reason: "x" };
    const debit = { user_id: buyer.id, amount: "1", reason: "x" };
    const answers = await Promise.all([
      ...events.map((event) => deliver(world, event)),
      ...Array.from({ length: 10 }, () => post(world, "credits/grants", service, grant)),
      ...Array.from({ length: 30 }, () => post(world, "credits/debits", service, debit)),
    ]);
    ok(answers.every(({ status }) => status === 200 || status === 201));
    equal((await balanceOf(world, buyer.id)).balance, String(100 + 9990 + 100 - 30));
    await proven(world);
  });
});
