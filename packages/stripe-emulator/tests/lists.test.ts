import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openSession, refusal } from "./harness.ts";

async function withCustomers(count: number) {
  const emulator = await startTestEmulator();
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    emulator.clock.now = new Date(Date.UTC(2026, 10, 1, 0, 0, index));
    ids.unshift((await emulator.stripe.customers.create({ email: `${index % 2}@example.com` })).id);
  }
  return { emulator, ids };
}

const idsOf = (list: { data: Array<{ id: string }> }) => list.data.map((each) => each.id);

Deno.test("lists are newest first, ten at a time, and page both ways", async () => {
  const { emulator, ids } = await withCustomers(25);
  await using _ = emulator;
  const { customers } = emulator.stripe;
  const first = await customers.list();
  deepEqual([idsOf(first), first.has_more], [ids.slice(0, 10), true]);
  const next = await customers.list({ starting_after: ids[9] ?? "", limit: 20 });
  deepEqual([idsOf(next), next.has_more], [ids.slice(10), false]);
  const back = await customers.list({ ending_before: ids[20] ?? "", limit: 5 });
  deepEqual([idsOf(back), back.has_more], [ids.slice(15, 20), true]);
  const top = await customers.list({ ending_before: ids[3] ?? "" });
  deepEqual([idsOf(top), top.has_more], [ids.slice(0, 3), false]);
  const all: string[] = [];
  for await (const customer of customers.list({ limit: 4 })) all.push(customer.id);
  deepEqual(all, ids);
});

Deno.test("lists filter by creation time and by their own parameters", async () => {
  const { emulator, ids } = await withCustomers(5);
  await using _ = emulator;
  const { customers } = emulator.stripe;
  const second = Date.UTC(2026, 10, 1, 0, 0, 2) / 1000;
  deepEqual(idsOf(await customers.list({ created: { gte: second } })), ids.slice(0, 3));
  deepEqual(idsOf(await customers.list({ created: { gt: second } })), ids.slice(0, 2));
  deepEqual(idsOf(await customers.list({ created: { lt: second } })), ids.slice(3));
  deepEqual(idsOf(await customers.list({ created: { lte: second, gt: 0 } })), ids.slice(2));
  deepEqual(idsOf(await customers.list({ created: second })), [ids[2]]);
  deepEqual(idsOf(await customers.list({ email: "1@example.com" })), [ids[1], ids[3]]);
});

Deno.test("a page size beyond 100 and a cursor that does not exist are refused", async () => {
  const { emulator } = await withCustomers(1);
  await using _ = emulator;
  const { customers } = emulator.stripe;
  for (const limit of [0, 101]) {
    equal((await refusal(customers.list({ limit }))).param, "limit");
  }
  const refused = await refusal(customers.list({ starting_after: "cus_none" }));
  deepEqual([refused.statusCode, refused.code, refused.param], [
    400,
    "resource_missing",
    "starting_after",
  ]);
});

Deno.test("events are listed by type, by several types and by pattern", async () => {
  const { emulator } = await withCustomers(2);
  await using _ = emulator;
  const { events, products } = emulator.stripe;
  await products.create({ name: "Plus" });
  equal((await events.list({ type: "customer.created" })).data.length, 2);
  equal((await events.list({ type: "customer.*" })).data.length, 2);
  const both = await events.list({ types: ["product.created", "customer.created"] });
  equal(both.data.length, 3);
});

Deno.test("events are listed for 30 days", async () => {
  const { emulator } = await withCustomers(1);
  await using _ = emulator;
  emulator.clock.now = new Date(emulator.clock.now.getTime() + 31 * 24 * 3_600_000);
  equal((await emulator.stripe.events.list()).data.length, 0);
});

Deno.test("expand follows four levels, through lists, and refuses other fields", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const session = await openSession(stripe);
  await payCheckout(session.url ?? "");
  const list = await stripe.checkout.sessions.list({
    expand: ["data.payment_intent.latest_charge.balance_transaction.source"],
  });
  const intent = list.data[0]?.payment_intent as Stripe.PaymentIntent;
  const charge = intent.latest_charge as Stripe.Charge;
  const transaction = charge.balance_transaction as Stripe.BalanceTransaction;
  equal((transaction.source as Stripe.Charge).id, charge.id);
  // Expanding an answer does not change the stored object.
  const plain = await stripe.checkout.sessions.retrieve(session.id);
  equal(plain.payment_intent, intent.id);
  for (const path of ["amount_total", "nothing", "payment_intent.nothing", "a.b.c.d.e.f", ""]) {
    const refused = await refusal(
      stripe.checkout.sessions.retrieve(session.id, { expand: [path] }),
    );
    equal(refused.statusCode, 400, path);
  }
});

Deno.test("the answer to a creation has the fields that expand names", async () => {
  await using emulator = await startTestEmulator();
  const session = await openSession(emulator.stripe, { expand: ["line_items"] });
  equal(session.line_items?.data[0]?.description, "Starter");
});
