import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, openSession } from "./harness.ts";

const STARTED = [
  "payment_intent.created",
  "charge.pending",
  "payment_intent.processing",
  "checkout.session.completed",
];

for (const outcome of ["succeeds", "fails"] as const) {
  Deno.test(`a bank debit completes the session as unpaid, and later ${outcome}`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe } = emulator;
    const session = await openSession(stripe);
    await payCheckout(session.url ?? "", "", { method: "us_bank_account", outcome });
    const started = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent"],
    });
    deepEqual([started.status, started.payment_status], ["complete", "unpaid"]);
    const intent = started.payment_intent as Stripe.PaymentIntent;
    equal(intent.status, "processing");
    deepEqual(await eventTypes(stripe), STARTED);

    await emulator.control("POST", `/payments/${intent.id}/settle`);
    const ended = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge"],
    });
    const { latest_charge, status } = ended.payment_intent as Stripe.PaymentIntent;
    const { status: charged, paid } = latest_charge as Stripe.Charge;
    const types = (await eventTypes(stripe)).slice(STARTED.length);
    if (outcome === "succeeds") {
      deepEqual([ended.payment_status, status, charged, paid], [
        "paid",
        "succeeded",
        "succeeded",
        true,
      ]);
      deepEqual(types, [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
        "charge.updated",
      ]);
    } else {
      deepEqual([ended.payment_status, status, charged, paid], [
        "unpaid",
        "requires_payment_method",
        "failed",
        false,
      ]);
      deepEqual(types, [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
      ]);
    }
  });
}

Deno.test("a bank debit settles by itself after its delay", async () => {
  await using emulator = await startTestEmulator({ delayedPaymentMs: 60_000 });
  const { stripe, clock } = emulator;
  const session = await openSession(stripe);
  await payCheckout(session.url ?? "", "", { method: "us_bank_account" });
  clock.now = new Date(clock.now.getTime() + 59_000);
  equal((await stripe.checkout.sessions.retrieve(session.id)).payment_status, "unpaid");
  clock.now = new Date(clock.now.getTime() + 1_000);
  equal((await stripe.checkout.sessions.retrieve(session.id)).payment_status, "paid");
});

Deno.test("a settled bank debit cannot be settled again", async () => {
  await using emulator = await startTestEmulator();
  const session = await openSession(emulator.stripe);
  await payCheckout(session.url ?? "", "", { method: "us_bank_account" });
  const { payment_intent } = await emulator.stripe.checkout.sessions.retrieve(session.id);
  const path = `/payments/${payment_intent}/settle`;
  await emulator.control("POST", path, { outcome: "fails" });
  const second = await fetch(`${emulator.url}/_emulator${path}`, { method: "POST" });
  equal(second.status, 404);
  await second.body?.cancel();
});

Deno.test("a session without bank debits accepts only cards", async () => {
  await using emulator = await startTestEmulator();
  const session = await openSession(emulator.stripe, {
    excluded_payment_method_types: ["us_bank_account"],
  });
  deepEqual(session.payment_method_types, ["card"]);
  const tried = await payCheckout(session.url ?? "", "", { method: "us_bank_account" });
  deepEqual([tried.result, tried.status], ["refused", 402]);
});
