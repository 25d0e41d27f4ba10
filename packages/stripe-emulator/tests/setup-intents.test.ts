import { deepEqual, equal, ok } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, openSession, refusal } from "./harness.ts";

const success_url = "http://localhost:3000/saved?session={CHECKOUT_SESSION_ID}";

function openSetup(stripe: Stripe, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  return stripe.checkout.sessions.create({ mode: "setup", currency: "usd", success_url, ...more });
}

async function authenticate(intent: Stripe.SetupIntent, result: "complete" | "fail") {
  const page = intent.next_action?.redirect_to_url?.url ?? "";
  const body = new URLSearchParams({ result });
  const answer = await fetch(page, { method: "POST", body, redirect: "manual" });
  await answer.body?.cancel();
  return answer;
}

Deno.test("a session in setup mode saves a card to its customer and charges nothing", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const customer = await stripe.customers.create({ email: "a@example.com" });
  const session = await openSetup(stripe, {
    customer: customer.id,
    setup_intent_data: { metadata: { user_id: "u1" } },
  });
  deepEqual(
    [session.mode, session.payment_status, session.amount_total, session.payment_intent],
    ["setup", "no_payment_required", null, null],
  );
  const { result, location } = await payCheckout(session.url ?? "");
  deepEqual([result, location], ["paid", success_url.replace(/\{.*\}/, session.id)]);
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent"] });
  const intent = done.setup_intent as Stripe.SetupIntent;
  deepEqual([done.status, intent.status, intent.usage], ["complete", "succeeded", "off_session"]);
  deepEqual(intent.metadata, { user_id: "u1" });
  const { data: [saved] } = await stripe.customers.listPaymentMethods(customer.id);
  deepEqual([saved?.id, saved?.customer], [intent.payment_method, customer.id]);
  deepEqual(await eventTypes(stripe), [
    "customer.created",
    "setup_intent.created",
    "payment_method.attached",
    "setup_intent.succeeded",
    "checkout.session.completed",
  ]);
});

Deno.test("a session in setup mode creates a customer if asked", async () => {
  await using emulator = await startTestEmulator();
  const session = await openSetup(emulator.stripe, { customer_creation: "always" });
  await payCheckout(session.url ?? "", "5555555555554444", { email: "b@example.com" });
  const done = await emulator.stripe.checkout.sessions.retrieve(session.id, {
    expand: ["customer", "setup_intent.payment_method"],
  });
  const customer = done.customer as Stripe.Customer;
  equal(customer.email, "b@example.com");
  const intent = done.setup_intent as Stripe.SetupIntent;
  equal((intent.payment_method as Stripe.PaymentMethod).customer, customer.id);
});

Deno.test("a declined card is not saved, and the session stays open for another card", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const session = await openSetup(stripe);
  const declined = await payCheckout(session.url ?? "", "4000000000000002");
  equal(declined.status, 402);
  const failed = await payCheckout(session.url ?? "", "4000002500003155", {
    authentication: "fail",
  });
  equal(failed.status, 402);
  const between = await stripe.setupIntents.retrieve(String(session.setup_intent));
  deepEqual(
    [between.status, between.last_setup_error?.code],
    ["requires_payment_method", "setup_intent_authentication_failure"],
  );
  equal((await payCheckout(session.url ?? "", "4000002500003155")).result, "paid");
  deepEqual(await eventTypes(stripe), [
    "setup_intent.created",
    "setup_intent.setup_failed",
    "setup_intent.requires_action",
    "setup_intent.setup_failed",
    "setup_intent.requires_action",
    "setup_intent.succeeded",
    "checkout.session.completed",
  ]);
});

Deno.test("an expired session in setup mode cancels its setup intent", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const session = await openSetup(stripe);
  const refused = await refusal(stripe.setupIntents.cancel(String(session.setup_intent)));
  equal(refused.code, "setup_intent_unexpected_state");
  await stripe.checkout.sessions.expire(session.id);
  equal((await stripe.setupIntents.retrieve(String(session.setup_intent))).status, "canceled");
});

Deno.test("a session refuses the parameters of the other mode", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const item = { quantity: 1, price: "price_1" };
  const refused = [
    await refusal(openSetup(stripe, { line_items: [item] })),
    await refusal(openSetup(stripe, { payment_intent_data: { metadata: { a: "1" } } })),
    await refusal(openSession(stripe, { setup_intent_data: { metadata: { a: "1" } } })),
    await refusal(stripe.checkout.sessions.create({ mode: "payment", success_url })),
  ];
  deepEqual(refused.map(({ param }) => param), [
    "line_items",
    "payment_intent_data",
    "setup_intent_data",
    "line_items",
  ]);
});

Deno.test("a setup intent is created, changed, confirmed on the bank's page, and listed", async () => {
  await using emulator: TestEmulator = await startTestEmulator();
  const { stripe } = emulator;
  const customer = await stripe.customers.create();
  const made = await stripe.setupIntents.create({ customer: customer.id });
  ok(made.client_secret?.startsWith(`${made.id}_secret_`));
  await stripe.setupIntents.update(made.id, { metadata: { a: "1" } });
  const waiting = await stripe.setupIntents.confirm(made.id, {
    payment_method: "pm_card_authenticationRequired",
    return_url: "http://localhost:3000/return",
  });
  equal(waiting.status, "requires_action");
  const answer = await authenticate(waiting, "complete");
  const back = new URL(answer.headers.get("location") ?? "");
  equal(back.searchParams.get("setup_intent"), made.id);
  const { data: [done] } = await stripe.setupIntents.list({ customer: customer.id });
  deepEqual([done?.id, done?.status, done?.metadata?.a], [made.id, "succeeded", "1"]);
  const again = await refusal(stripe.setupIntents.confirm(made.id));
  equal(again.code, "setup_intent_unexpected_state");
});

Deno.test("a setup intent with a declined card is a card error that contains the intent", async () => {
  await using emulator = await startTestEmulator();
  const refused = await refusal(emulator.stripe.setupIntents.create({
    confirm: true,
    payment_method: "pm_card_chargeDeclined",
  }));
  deepEqual([refused.statusCode, refused.code], [402, "card_declined"]);
  equal(refused.setup_intent?.status, "requires_payment_method");
  deepEqual(await eventTypes(emulator.stripe), [
    "setup_intent.created",
    "setup_intent.setup_failed",
  ]);
});

Deno.test("a setup intent is canceled once", async () => {
  await using emulator = await startTestEmulator();
  const { setupIntents } = emulator.stripe;
  const { id } = await setupIntents.create();
  const canceled = await setupIntents.cancel(id, { cancellation_reason: "abandoned" });
  deepEqual([canceled.status, canceled.cancellation_reason], ["canceled", "abandoned"]);
  equal((await refusal(setupIntents.cancel(id))).statusCode, 400);
  equal((await eventTypes(emulator.stripe)).at(-1), "setup_intent.canceled");
});
