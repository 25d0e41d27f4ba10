import { deepEqual, equal, ok } from "node:assert/strict";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, openSession, refusal } from "./harness.ts";

const ten = { amount: 1_000, currency: "usd" };

Deno.test("an intent is created, changed, confirmed and paid through the API", async () => {
  await using emulator = await startTestEmulator();
  const { paymentIntents } = emulator.stripe;
  const intent = await paymentIntents.create({ ...ten, metadata: { a: "1", b: "2" } });
  equal(intent.status, "requires_payment_method");
  ok(intent.client_secret?.startsWith(`${intent.id}_secret_`));
  const changed = await paymentIntents.update(intent.id, {
    amount: 2_000,
    metadata: { a: "", c: "3" },
    description: "Booking",
  });
  deepEqual(changed.metadata, { b: "2", c: "3" });
  const paid = await paymentIntents.confirm(intent.id, { payment_method: "pm_card_mastercard" });
  deepEqual([paid.status, paid.amount_received], ["succeeded", 2_000]);
  const again = await refusal(paymentIntents.confirm(intent.id));
  equal(again.code, "payment_intent_unexpected_state");
  const canceled = await refusal(paymentIntents.cancel(intent.id));
  equal(canceled.code, "payment_intent_unexpected_state");
});

Deno.test("a declined intent is a card error with intent, charge and reason", async () => {
  await using emulator = await startTestEmulator();
  const refused = await refusal(emulator.stripe.paymentIntents.create({
    ...ten,
    confirm: true,
    payment_method: "pm_card_chargeDeclinedInsufficientFunds",
  }));
  deepEqual(
    [refused.type, refused.statusCode, refused.code, refused.decline_code],
    ["StripeCardError", 402, "card_declined", "insufficient_funds"],
  );
  equal(refused.payment_intent?.status, "requires_payment_method");
  ok(refused.charge?.startsWith("ch_"));
  deepEqual(await eventTypes(emulator.stripe), [
    "payment_intent.created",
    "charge.failed",
    "payment_intent.payment_failed",
  ]);
});

Deno.test("an intent that needs authentication redirects to a page and back", async () => {
  await using emulator = await startTestEmulator();
  const intent = await emulator.stripe.paymentIntents.create({
    ...ten,
    confirm: true,
    payment_method: "pm_card_authenticationRequired",
    return_url: "http://localhost:3000/return?x=1",
  });
  equal(intent.status, "requires_action");
  const page = intent.next_action?.redirect_to_url?.url ?? "";
  const answer = await fetch(page, {
    method: "POST",
    body: new URLSearchParams({ result: "complete" }),
    redirect: "manual",
  });
  await answer.body?.cancel();
  const back = new URL(answer.headers.get("location") ?? "");
  deepEqual([back.searchParams.get("x"), back.searchParams.get("payment_intent")], [
    "1",
    intent.id,
  ]);
  equal((await emulator.stripe.paymentIntents.retrieve(intent.id)).status, "succeeded");
});

Deno.test("an intent that needs authentication is refused off session", async () => {
  await using emulator = await startTestEmulator();
  const refused = await refusal(emulator.stripe.paymentIntents.create({
    ...ten,
    confirm: true,
    off_session: true,
    payment_method: "pm_card_authenticationRequired",
  }));
  deepEqual([refused.statusCode, refused.code], [402, "authentication_required"]);
});

Deno.test("an intent is canceled once, and keeps the reason", async () => {
  await using emulator = await startTestEmulator();
  const { paymentIntents } = emulator.stripe;
  const intent = await paymentIntents.create(ten);
  const canceled = await paymentIntents.cancel(intent.id, { cancellation_reason: "abandoned" });
  deepEqual([canceled.status, canceled.cancellation_reason], ["canceled", "abandoned"]);
  equal((await refusal(paymentIntents.cancel(intent.id))).statusCode, 400);
});

Deno.test("an intent that a session created cannot be confirmed or canceled directly", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const session = await openSession(stripe);
  await payCheckout(session.url ?? "", "4000000000000002");
  const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id);
  const calls = [
    stripe.paymentIntents.confirm(String(payment_intent), { payment_method: "pm_card_visa" }),
    stripe.paymentIntents.cancel(String(payment_intent)),
  ];
  for (const call of calls) {
    equal((await refusal(call)).code, "payment_intent_unexpected_state");
  }
});

Deno.test("amounts below the currency's minimum or above eight digits are refused", async () => {
  await using emulator = await startTestEmulator();
  const cases: Array<[amount: number, currency: string, code: string]> = [
    [49, "usd", "amount_too_small"],
    [29, "gbp", "amount_too_small"],
    [49, "jpy", "amount_too_small"],
    [0, "usd", "parameter_invalid_integer"],
    [-5, "usd", "parameter_invalid_integer"],
    [9.5, "usd", "parameter_invalid_integer"],
    [100_000_000, "usd", "amount_too_large"],
  ];
  for (const [amount, currency, code] of cases) {
    const refused = await refusal(emulator.stripe.paymentIntents.create({ amount, currency }));
    deepEqual([refused.param, refused.code], ["amount", code]);
  }
});
