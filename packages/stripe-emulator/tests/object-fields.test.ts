import { deepEqual, equal, ok } from "node:assert/strict";
import { payCheckout } from "../browser.ts";
import examples from "../fixtures/examples.json" with { type: "json" };
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openProvider, payProvider } from "./connect-harness.ts";
import { openSession, pay } from "./harness.ts";

/** Values that occur only in Stripe's examples. An object of the emulator must not contain them. */
const PLACEHOLDERS = [
  "1234567890",
  "obj_123",
  "Jenny Rosen",
  "jenny@example.com",
  '"client_secret":"client_secret"',
  "1Pga",
  "1Pgc",
  "QXg1",
  "sangeekp",
  "1424534716",
  "idempotency_error",
  "My First Test Charge",
  "site@stripe.com",
];

Deno.test("live objects have every field of Stripe's examples and none of their placeholders", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const product = await stripe.products.create({ name: "Plus" });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 100,
  });
  const customer = await stripe.customers.create({ email: "a@example.com" });
  const endpoint = await stripe.webhookEndpoints.create({
    url: "http://127.0.0.1:9",
    enabled_events: ["charge.failed"],
  });
  const session = await openSession(stripe, { customer: customer.id });
  await payCheckout(session.url ?? "");
  const paid = await stripe.checkout.sessions.retrieve(session.id);
  const items = await stripe.checkout.sessions.listLineItems(session.id);
  const { data: [intent] } = await stripe.paymentIntents.list();
  const { data: [charge] } = await stripe.charges.list();
  const { data: [transaction] } = await stripe.balanceTransactions.list();
  const { data: [event] } = await stripe.events.list();
  const setup = await stripe.setupIntents.create({ confirm: true, payment_method: "pm_card_visa" });
  checkWhole([
    ["product", product],
    ["price", price],
    ["customer", customer],
    ["webhook_endpoint", endpoint],
    ["checkout.session", session],
    ["checkout.session", paid],
    ["item", items.data[0]],
    ["payment_intent", intent],
    ["charge", charge],
    ["balance_transaction", transaction],
    ["payment_method", await stripe.paymentMethods.retrieve(String(intent?.payment_method))],
    ["event", event],
    ["setup_intent", setup],
    ["balance", await stripe.balance.retrieve()],
  ]);
  equal(event?.api_version, "2026-10-28.endive");
});

Deno.test("refunds, disputes and payouts have every field of Stripe's examples", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id } = await pay(stripe);
  const refund = await stripe.refunds.create({ payment_intent: id, amount: 1 });
  await emulator.control("POST", `/payments/${id}/early_fraud_warning`);
  await emulator.control("POST", `/payments/${id}/dispute`, { inquiry: true });
  await emulator.control("POST", "/payouts", { release_pending: true });
  checkWhole([
    ["refund", refund],
    ["dispute", (await stripe.disputes.list()).data[0]],
    ["radar.early_fraud_warning", (await stripe.radar.earlyFraudWarnings.list()).data[0]],
    ["payout", (await stripe.payouts.list()).data[0]],
  ]);
});

Deno.test("connected accounts have every field of Stripe's examples", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const provider = await openProvider(stripe);
  const { charge } = await payProvider(stripe, provider, 1_000, 30);
  const transfer = String(charge.transfer);
  const fee = String(charge.application_fee);
  const link = await stripe.accountLinks.create({
    account: provider,
    type: "account_onboarding",
    refresh_url: "http://localhost:3000/refresh",
    return_url: "http://localhost:3000/return",
  });
  checkWhole([
    ["account", await stripe.accounts.retrieve(provider)],
    ["account_link", link],
    ["transfer_reversal", await stripe.transfers.createReversal(transfer)],
    ["transfer", await stripe.transfers.retrieve(transfer)],
    ["fee_refund", await stripe.applicationFees.createRefund(fee)],
    ["application_fee", await stripe.applicationFees.retrieve(fee)],
  ]);
});

function checkWhole(live: Array<[name: keyof typeof examples, object: object | undefined]>): void {
  for (const [name, object] of live) {
    ok(object, name);
    const missing = Object.keys(examples[name]).filter((field) => !(field in object));
    deepEqual(missing, [], name);
    const text = JSON.stringify(object);
    for (const placeholder of PLACEHOLDERS) {
      ok(!text.includes(placeholder), `${name} contains ${placeholder}: ${text}`);
    }
    equal((object as { livemode?: boolean }).livemode ?? false, false);
  }
}

Deno.test("ids have Stripe's prefixes", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const session = await openSession(stripe, { customer_creation: "always" });
  await payCheckout(session.url ?? "");
  const paid = await stripe.checkout.sessions.retrieve(session.id);
  const { data: [charge] } = await stripe.charges.list();
  const items = await stripe.checkout.sessions.listLineItems(session.id);
  const { data: [event] } = await stripe.events.list();
  const ids = [
    [paid.id, "cs_test_"],
    [paid.payment_intent, "pi_"],
    [paid.customer, "cus_"],
    [charge?.id, "ch_"],
    [charge?.payment_method, "pm_"],
    [charge?.balance_transaction, "txn_"],
    [items.data[0]?.id, "li_"],
    [items.data[0]?.price?.id, "price_"],
    [items.data[0]?.price?.product, "prod_"],
    [event?.id, "evt_"],
    [event?.request?.id, "req_"],
    [charge?.receipt_url?.split("/receipts/")[1], "ch_"],
  ] as const;
  for (const [id, prefix] of ids) ok(String(id).startsWith(prefix), `${id} ${prefix}`);
});

Deno.test("paid money is pending for two days, then available", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  await payCheckout((await openSession(stripe)).url ?? "");
  await payCheckout((await openSession(stripe)).url ?? "", "4000000000000077");
  const before = await stripe.balance.retrieve();
  deepEqual([before.pending[0]?.amount, before.available[0]?.amount], [940, 940]);
  clock.now = new Date(clock.now.getTime() + 2 * 24 * 3_600_000 + 1_000);
  const after = await stripe.balance.retrieve();
  deepEqual([after.pending[0]?.amount, after.available[0]?.amount], [0, 1_880]);
  const { data } = await stripe.balanceTransactions.list({ type: "charge" });
  deepEqual(data.map(({ status }) => status), ["available", "available"]);
});
