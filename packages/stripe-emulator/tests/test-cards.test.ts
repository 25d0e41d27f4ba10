import { deepEqual, equal, notEqual } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, openSession } from "./harness.ts";

const PAYING: Array<[number: string, brand: string]> = [
  ["4242424242424242", "visa"],
  ["4000056655665556", "visa"],
  ["5555555555554444", "mastercard"],
  ["2223003122003222", "mastercard"],
  ["5105105105105100", "mastercard"],
  ["378282246310005", "amex"],
  ["6011111111111117", "discover"],
  ["3056930009020004", "diners"],
  ["36227206271667", "diners"],
  ["3566002020360505", "jcb"],
  ["6200000000000005", "unionpay"],
  ["4000000000000077", "visa"],
  ["4000000000009235", "visa"],
  ["4000000000000259", "visa"],
  ["4000000000002685", "visa"],
  ["4000000000001976", "visa"],
  ["4000000000005423", "visa"],
];

const DECLINED: Array<[number: string, code: string, decline_code: string]> = [
  ["4000000000000002", "card_declined", "generic_decline"],
  ["4000000000009995", "card_declined", "insufficient_funds"],
  ["4000000000009987", "card_declined", "lost_card"],
  ["4000000000009979", "card_declined", "stolen_card"],
  ["4000000000000069", "expired_card", "expired_card"],
  ["4000000000000127", "incorrect_cvc", "incorrect_cvc"],
  ["4000000000000119", "processing_error", "processing_error"],
  ["4000000000006975", "card_declined", "card_velocity_exceeded"],
  ["4100000000000019", "card_declined", "fraudulent"],
  // This number could be a real card, and the emulator accepts only test cards.
  ["4539578763621486", "card_declined", "test_mode_live_card"],
];

Deno.test("every paying test card pays and shows its brand on the charge", async () => {
  await using emulator = await startTestEmulator();
  for (const [number, brand] of PAYING) {
    const session = await openSession(emulator.stripe);
    const { result } = await payCheckout(session.url ?? "", number);
    equal(result, "paid", number);
    const { data: [charge] } = await emulator.stripe.charges.list({ limit: 1 });
    const card = charge?.payment_method_details?.card;
    deepEqual([card?.brand, card?.last4], [brand, number.slice(-4)]);
    equal(charge?.paid, true);
  }
});

Deno.test("every declining test card leaves the session open, a failed charge and its reason", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  for (const [number, code, declineCode] of DECLINED) {
    const session = await openSession(stripe);
    const tried = await payCheckout(session.url ?? "", number);
    deepEqual([tried.result, tried.status], ["refused", 402], number);
    notEqual(tried.message, "");
    const after = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge"],
    });
    deepEqual([after.status, after.payment_status], ["open", "unpaid"]);
    const intent = after.payment_intent as Stripe.PaymentIntent;
    const { last_payment_error: error } = intent;
    deepEqual([error?.code, error?.decline_code], [code, declineCode]);
    equal(error?.message, tried.message);
    const charge = intent.latest_charge as Stripe.Charge;
    deepEqual([charge.status, charge.paid, charge.failure_code], ["failed", false, code]);
    equal(charge.balance_transaction, null);
    const types = (await eventTypes(stripe)).slice(-3);
    deepEqual(types, [
      "payment_intent.created",
      "charge.failed",
      "payment_intent.payment_failed",
    ]);
    await emulator.control("POST", "/reset");
  }
});

Deno.test("a buyer whose card is declined pays the same intent with another card", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const session = await openSession(stripe);
  await payCheckout(session.url ?? "", "4000000000009995");
  const { payment_intent: first } = await stripe.checkout.sessions.retrieve(session.id);
  await payCheckout(session.url ?? "", "5555555555554444");
  const after = await stripe.checkout.sessions.retrieve(session.id);
  deepEqual([after.payment_status, after.payment_intent], ["paid", first]);
  const charges = await stripe.charges.list({ payment_intent: String(first) });
  deepEqual(charges.data.map((charge) => charge.status), ["succeeded", "failed"]);
});

Deno.test("a form with a wrong number, date or code is refused without a charge", async () => {
  await using emulator = await startTestEmulator();
  const session = await openSession(emulator.stripe);
  const url = session.url ?? "";
  const wrong = [
    await payCheckout(url, "4242424242424241"),
    await payCheckout(url, "4242"),
    await payCheckout(url, "4242424242424242", { exp: "12/20" }),
    await payCheckout(url, "4242424242424242", { exp: "13/40" }),
    await payCheckout(url, "4242424242424242", { cvc: "12" }),
    await payCheckout(url, "4242424242424242", { email: "nobody" }),
  ];
  deepEqual(wrong.map(({ status }) => status), wrong.map(() => 402));
  deepEqual(await eventTypes(emulator.stripe), []);
});

for (const number of ["4000002760003184", "4000002500003155", "4000000000003220"]) {
  Deno.test(`card ${number} pays only when the buyer authenticates`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe } = emulator;
    const session = await openSession(stripe);
    const failed = await payCheckout(session.url ?? "", number, { authentication: "fail" });
    equal(failed.status, 402);
    const between = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent"],
    });
    const { last_payment_error } = between.payment_intent as Stripe.PaymentIntent;
    equal(last_payment_error?.code, "payment_intent_authentication_failure");
    const passed = await payCheckout(session.url ?? "", number);
    equal(passed.result, "paid");
    deepEqual(await eventTypes(stripe), [
      "payment_intent.created",
      "payment_intent.requires_action",
      "payment_intent.payment_failed",
      "payment_intent.requires_action",
      "charge.succeeded",
      "payment_intent.succeeded",
      "checkout.session.completed",
      "charge.updated",
    ]);
    const { data: [charge] } = await stripe.charges.list();
    equal(charge?.payment_method_details?.card?.three_d_secure?.result, "authenticated");
  });
}

Deno.test("a card can be declined after the buyer has authenticated", async () => {
  await using emulator = await startTestEmulator();
  const session = await openSession(emulator.stripe);
  const tried = await payCheckout(session.url ?? "", "4000008260003178");
  equal(tried.status, 402);
  const { data: [charge] } = await emulator.stripe.charges.list();
  equal(charge?.failure_code, "card_declined");
});
