import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, openSession, refusal } from "./harness.ts";

type Saved = Awaited<ReturnType<typeof customerWith>>;

/**
 * Creates a customer, and saves a card with a setup intent. Passes the authentication if the bank
 * requires it.
 */
async function customerWith(stripe: Stripe, card: string) {
  const customer = await stripe.customers.create({ email: "a@example.com" });
  const intent = await stripe.setupIntents.create({
    customer: customer.id,
    payment_method: card,
    confirm: true,
  });
  const page = intent.next_action?.redirect_to_url?.url;
  if (page) {
    const body = new URLSearchParams({ result: "complete" });
    await (await fetch(page, { method: "POST", body })).body?.cancel();
  }
  const { data: [method] } = await stripe.customers.listPaymentMethods(customer.id);
  return { customer: customer.id, payment_method: method?.id ?? "" };
}

function charge(stripe: Stripe, saved: Saved): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create({
    amount: 1_000,
    currency: "usd",
    confirm: true,
    off_session: true,
    ...saved,
  });
}

const OFF_SESSION: Array<[card: string, code: string, decline_code: string] | [card: string]> = [
  ["pm_card_visa"],
  ["pm_card_authenticationRequiredOnSetup"],
  ["pm_card_authenticationRequiredSetupForOffSession"],
  ["pm_card_authenticationRequired", "authentication_required", "authentication_required"],
  ["pm_card_chargeCustomerFail", "card_declined", "generic_decline"],
  [
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
    "card_declined",
    "insufficient_funds",
  ],
];

for (const [card, code, declineCode] of OFF_SESSION) {
  Deno.test(`a saved ${card} ${code ? `is refused with ${declineCode}` : "pays"} off session`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe } = emulator;
    const saved = await customerWith(stripe, card);
    if (code === undefined) {
      const paid = await charge(stripe, saved);
      deepEqual([paid.status, paid.payment_method], ["succeeded", saved.payment_method]);
      return;
    }
    const refused = await refusal(charge(stripe, saved));
    deepEqual(
      [refused.type, refused.statusCode, refused.code, refused.decline_code],
      ["StripeCardError", 402, code, declineCode],
    );
    const intent = refused.payment_intent;
    deepEqual([intent?.status, intent?.payment_method], ["requires_payment_method", null]);
    deepEqual(
      [intent?.last_payment_error?.code, intent?.last_payment_error?.payment_method?.id],
      [code, saved.payment_method],
    );
    equal(refused.payment_method?.id, saved.payment_method);
    deepEqual((await eventTypes(stripe)).slice(-3), [
      "payment_intent.created",
      "charge.failed",
      "payment_intent.payment_failed",
    ]);
  });
}

Deno.test("a card that requires setup is refused off session when it was only attached", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id: customer } = await stripe.customers.create();
  const method = await stripe.paymentMethods.attach("pm_card_authenticationRequiredOnSetup", {
    customer,
  });
  const refused = await refusal(charge(stripe, { customer, payment_method: method.id }));
  equal(refused.code, "authentication_required");
});

Deno.test("a refused off-session payment succeeds with the same intent on session", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const saved = await customerWith(stripe, "pm_card_authenticationRequired");
  const refused = await refusal(charge(stripe, saved));
  const intent = await stripe.paymentIntents.confirm(refused.payment_intent?.id ?? "", {
    payment_method: saved.payment_method,
  });
  equal(intent.status, "requires_action");
  const page = intent.next_action?.redirect_to_url?.url ?? "";
  const body = new URLSearchParams({ result: "complete" });
  await (await fetch(page, { method: "POST", body })).body?.cancel();
  equal((await stripe.paymentIntents.retrieve(intent.id)).status, "succeeded");
});

Deno.test("a control makes a saved card fail, and work again", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const saved = await customerWith(stripe, "pm_card_visa");
  equal((await charge(stripe, saved)).status, "succeeded");
  const path = `/payment_methods/${saved.payment_method}/behaviour`;
  for (
    const [behaviour, declineCode] of [
      ["insufficient_funds", "insufficient_funds"],
      ["authenticate", "authentication_required"],
      ["expired_card", "expired_card"],
    ] as const
  ) {
    await emulator.control("POST", path, { behaviour });
    const refused = await refusal(charge(stripe, saved));
    deepEqual([refused.statusCode, refused.decline_code], [402, declineCode]);
  }
  await emulator.control("POST", path, { behaviour: "pays" });
  equal((await charge(stripe, saved)).status, "succeeded");
});

Deno.test("a payment with setup_future_usage saves its card", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const session = await openSession(stripe, {
    customer_creation: "always",
    payment_intent_data: { setup_future_usage: "off_session" },
  });
  await payCheckout(session.url ?? "", "4000002500003155");
  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
  const intent = paid.payment_intent as Stripe.PaymentIntent;
  equal(intent.customer, paid.customer);
  const saved = { customer: String(paid.customer), payment_method: String(intent.payment_method) };
  equal((await charge(stripe, saved)).status, "succeeded");
});

Deno.test("a payment method that was not saved pays once", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const method = await stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  const ten = { amount: 1_000, currency: "usd", confirm: true, payment_method: method.id };
  equal((await stripe.paymentIntents.create(ten)).status, "succeeded");
  const { id: customer } = await stripe.customers.create();
  const refused = [
    await refusal(stripe.paymentIntents.create(ten)),
    await refusal(stripe.paymentMethods.attach(method.id, { customer })),
  ];
  deepEqual(refused.map(({ statusCode, param }) => [statusCode, param]), [
    [400, "payment_method"],
    [400, "payment_method"],
  ]);
});

Deno.test("a payment method is attached, changed, made the default, and detached permanently", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id: customer } = await stripe.customers.create();
  const { id } = await stripe.paymentMethods.create({
    type: "card",
    card: { number: "4242424242424242", exp_month: 12, exp_year: 2040 },
  });
  equal((await refusal(stripe.paymentMethods.update(id, {}))).statusCode, 400);
  await stripe.paymentMethods.attach(id, { customer });
  const changed = await stripe.paymentMethods.update(id, {
    billing_details: { name: "Ada" },
    card: { exp_year: 2041 },
    metadata: { a: "1" },
  });
  deepEqual(
    [changed.billing_details.name, changed.card?.exp_year, changed.metadata?.a],
    ["Ada", 2041, "1"],
  );
  const settings = { invoice_settings: { default_payment_method: id } };
  const owner = await stripe.customers.update(customer, settings);
  equal(owner.invoice_settings.default_payment_method, id);
  equal((await stripe.customers.retrievePaymentMethod(customer, id)).id, id);
  equal((await stripe.paymentMethods.list({ customer, type: "card" })).data.length, 1);
  await stripe.paymentMethods.detach(id);
  const after = await stripe.customers.retrieve(customer) as Stripe.Customer;
  equal(after.invoice_settings.default_payment_method, null);
  equal((await stripe.paymentMethods.list({ customer })).data.length, 0);
  const refused = [
    await refusal(charge(stripe, { customer, payment_method: id })),
    await refusal(stripe.paymentMethods.attach(id, { customer })),
    await refusal(stripe.paymentMethods.detach(id)),
    await refusal(stripe.customers.update(customer, settings)),
    await refusal(stripe.customers.retrievePaymentMethod(customer, id)),
  ];
  deepEqual(refused.map(({ statusCode }) => statusCode), [400, 400, 400, 400, 404]);
  deepEqual(await eventTypes(stripe), [
    "customer.created",
    "payment_method.attached",
    "payment_method.updated",
    "customer.updated",
    "payment_method.detached",
    "customer.updated",
  ]);
});

Deno.test("a customer cannot attach another customer's card or a declined card", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const saved = await customerWith(stripe, "pm_card_visa");
  const { id: customer } = await stripe.customers.create();
  const refused = [
    await refusal(charge(stripe, { ...saved, customer })),
    await refusal(stripe.paymentIntents.create({
      amount: 1_000,
      currency: "usd",
      confirm: true,
      payment_method: saved.payment_method,
    })),
    await refusal(stripe.paymentMethods.attach(saved.payment_method, { customer })),
    await refusal(stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer })),
    await refusal(stripe.customers.create({ payment_method: "pm_card_chargeDeclined" })),
  ];
  deepEqual(refused.map(({ statusCode }) => statusCode), [400, 400, 400, 402, 402]);
});

Deno.test("a customer is created with a card, and deleting the customer detaches the card", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const customer = await stripe.customers.create({
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  const id = String(customer.invoice_settings.default_payment_method);
  equal((await stripe.paymentMethods.retrieve(id)).customer, customer.id);
  await stripe.customers.del(customer.id);
  equal((await stripe.paymentMethods.retrieve(id)).customer, null);
  equal((await eventTypes(stripe)).at(-1), "payment_method.detached");
});

Deno.test("off_session is refused without confirm", async () => {
  await using emulator = await startTestEmulator();
  const refused = await refusal(emulator.stripe.paymentIntents.create({
    amount: 1_000,
    currency: "usd",
    off_session: true,
  }));
  equal(refused.param, "off_session");
});

Deno.test("a card that the bank replaces keeps its payment method and has new digits", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { payment_method } = await customerWith(stripe, "pm_card_visa");
  const path = `/payment_methods/${payment_method}/automatic_update`;
  await emulator.control("POST", path, { last4: "1881", exp_year: 2041 });
  const { card, customer } = await stripe.paymentMethods.retrieve(payment_method);
  deepEqual([card?.last4, card?.exp_year, typeof customer], ["1881", 2041, "string"]);
  equal((await eventTypes(stripe)).at(-1), "payment_method.automatically_updated");
});

Deno.test("a detached card is shown without a customer, and is detached once", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { payment_method } = await customerWith(stripe, "pm_card_visa");
  await stripe.paymentMethods.detach(payment_method);
  const again = await refusal(stripe.paymentMethods.detach(payment_method));
  equal(again.statusCode, 400);
  equal((await stripe.paymentMethods.retrieve(payment_method)).customer, null);
  const types = await eventTypes(stripe);
  equal(types.filter((type) => type === "payment_method.detached").length, 1);
});
