import { waitFor } from "@farthing/command-line";
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import Stripe from "stripe";
import { startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { header, openSession, refusal } from "./harness.ts";

const key = { idempotencyKey: "order-1" };

Deno.test("a repeated request with the same key gets the first answer", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const params = { email: "a@example.com", metadata: { a: "1", b: "2" } };
  const first = await stripe.customers.create(params, key);
  const turned = { metadata: { b: "2", a: "1" }, email: "a@example.com" };
  const second = await stripe.customers.create(turned, key);
  equal(second.id, first.id);
  equal(header(second, "idempotent-replayed"), "true");
  equal(header(second, "original-request"), first.lastResponse.requestId);
  notEqual(second.lastResponse.requestId, first.lastResponse.requestId);
  equal(header(first, "idempotent-replayed"), null);
  equal((await stripe.customers.list()).data.length, 1);
  const { data: [created] } = await stripe.events.list({ type: "customer.created" });
  deepEqual(created?.request, {
    id: first.lastResponse.requestId,
    idempotency_key: "order-1",
  });
});

Deno.test("a key sent again with other parameters or another URL is an idempotency error", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await stripe.customers.create({ email: "a@example.com" }, key);
  const calls = [
    stripe.customers.create({ email: "b@example.com" }, key),
    stripe.products.create({ name: "a" }, key),
  ];
  for (const call of calls) {
    const refused = await refusal(call);
    deepEqual([refused.type, refused.statusCode], ["StripeIdempotencyError", 400]);
    equal(refused.rawType, "idempotency_error");
  }
});

/** Waits until the server has received the request that a fault applies to. */
async function faultsAreUsed(emulator: TestEmulator): Promise<void> {
  const used = async () =>
    (await emulator.control("GET", "") as { faults: unknown[] }).faults.length === 0 || undefined;
  ok(await waitFor(used, 60_000, 1), "the request did not arrive");
}

Deno.test("a repeat of a request in progress answers 409", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const path = "/v1/customers";
  await emulator.control("POST", "/faults", { method: "POST", path, hang: true, after: true });
  const retrying = emulator.client({ maxNetworkRetries: 1 });
  const first = retrying.customers.create({ email: "a@example.com" }, key);
  await faultsAreUsed(emulator);
  const refused = await refusal(stripe.customers.create({ email: "a@example.com" }, key));
  deepEqual([refused.statusCode, refused.code], [409, "idempotency_key_in_use"]);
  await emulator.control("DELETE", "/faults");
  const { id } = await first;
  equal((await stripe.customers.create({ email: "a@example.com" }, key)).id, id);
  equal((await stripe.customers.list()).data.length, 1);
});

Deno.test("a validation error leaves the key unused, but a later error is repeated", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await refusal(stripe.products.create({} as Stripe.ProductCreateParams, key));
  equal((await stripe.products.create({ name: "Starter" }, key)).name, "Starter");

  const other = { idempotencyKey: "order-2" };
  const params = { amount: 1_000, currency: "usd", confirm: true } as const;
  const declined = { ...params, payment_method: "pm_card_chargeDeclined" };
  const first = await refusal(stripe.paymentIntents.create(declined, other));
  const second = await refusal(stripe.paymentIntents.create(declined, other));
  equal(first.type, "StripeCardError");
  equal(second.payment_intent?.id, first.payment_intent?.id);
  equal((await stripe.paymentIntents.list()).data.length, 1);
});

Deno.test("a key expires after 24 hours", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  const first = await stripe.customers.create({ email: "a@example.com" }, key);
  clock.now = new Date(clock.now.getTime() + 24 * 3_600_000 - 1_000);
  equal((await stripe.customers.create({ email: "a@example.com" }, key)).id, first.id);
  clock.now = new Date(clock.now.getTime() + 1_000);
  notEqual((await stripe.customers.create({ email: "a@example.com" }, key)).id, first.id);
});

Deno.test("a key of 255 characters is accepted, and a longer one is refused", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await stripe.customers.create({}, { idempotencyKey: "k".repeat(255) });
  const refused = await refusal(stripe.customers.create({}, { idempotencyKey: "k".repeat(256) }));
  equal(refused.statusCode, 400);
});

Deno.test("the SDK's own retry recovers a lost answer without a second session", async () => {
  await using emulator = await startTestEmulator();
  const path = "/v1/checkout/sessions";
  await emulator.control("POST", "/faults", { method: "POST", path, status: 500, after: true });
  const session = await openSession(emulator.client({ maxNetworkRetries: 1 }));
  equal(header(session, "idempotent-replayed"), "true");
  equal((await emulator.stripe.checkout.sessions.list()).data.length, 1);
});

Deno.test("a call that hangs is not answered before faults are cleared, but may take effect", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const path = "/v1/customers";
  for (const [after, made] of [[false, 0], [true, 1]] as const) {
    await emulator.control("POST", "/faults", { method: "POST", path, hang: true, after });
    const email = `after-${after}@example.com`;
    const under = { idempotencyKey: email };
    let isAnswered = false;
    const lost = refusal(stripe.customers.create({ email }, { ...under, maxNetworkRetries: 0 }))
      .finally(() => isAnswered = true);
    await faultsAreUsed(emulator);
    equal((await stripe.customers.list({ email })).data.length, made);
    equal(isAnswered, false);
    await emulator.control("DELETE", "/faults");
    equal((await lost).type, "StripeAPIError");
    equal((await stripe.customers.create({ email }, under)).email, email);
    equal((await stripe.customers.list({ email })).data.length, 1);
  }
});

Deno.test("planned outages answer Stripe's errors, and end", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await emulator.control("POST", "/faults", { status: 503, times: 2 });
  await emulator.control("POST", "/faults", { status: 429 });
  const types = [
    (await refusal(stripe.balance.retrieve())).type,
    (await refusal(stripe.balance.retrieve())).type,
    (await refusal(stripe.balance.retrieve())).type,
  ];
  deepEqual(types, ["StripeAPIError", "StripeAPIError", "StripeRateLimitError"]);
  equal((await stripe.balance.retrieve()).object, "balance");
});
