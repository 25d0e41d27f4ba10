import { deepEqual, equal, match } from "node:assert/strict";
import { payIntent } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openProvider } from "./connect-harness.ts";
import { eventTypes, openSession } from "./harness.ts";

const ten = { amount: 1_000, currency: "usd" };
const return_url = "http://localhost:3000/done?x=1";

Deno.test("a buyer with the client secret pays an intent and returns to the shop", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const intent = await stripe.paymentIntents.create({ ...ten, description: "A lesson" });
  const secret = intent.client_secret ?? "";
  const page = await fetch(`${url}/_emulator/pay/${intent.id}?client_secret=${secret}`);
  match(await page.text(), /Pay \$10\.00[^]*A lesson[^]*name="number"/);
  const { status, location } = await payIntent(url, secret, "5555555555554444", { return_url });
  equal(status, 303);
  const back = new URL(location ?? "");
  deepEqual(Object.fromEntries(back.searchParams), {
    x: "1",
    payment_intent: intent.id,
    payment_intent_client_secret: secret,
    redirect_status: "succeeded",
  });
  equal((await stripe.paymentIntents.retrieve(intent.id)).status, "succeeded");
  equal((await payIntent(url, secret)).status, 409);
  deepEqual(await eventTypes(stripe), [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "charge.updated",
  ]);
});

Deno.test("a declined or mistyped card leaves the intent payable with another card", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const { id, client_secret } = await stripe.paymentIntents.create(ten);
  const declined = await payIntent(url, client_secret ?? "", "4000000000009995");
  deepEqual([declined.status, /insufficient funds/.test(declined.html)], [402, true]);
  equal((await payIntent(url, client_secret ?? "", "4242424242424241")).status, 402);
  const between = await stripe.paymentIntents.retrieve(id);
  deepEqual(
    [between.status, between.last_payment_error?.decline_code],
    ["requires_payment_method", "insufficient_funds"],
  );
  equal((await payIntent(url, client_secret ?? "")).status, 200);
  equal((await stripe.paymentIntents.retrieve(id)).status, "succeeded");
});

Deno.test("a buyer passes or fails authentication on the bank's page", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const { id, client_secret } = await stripe.paymentIntents.create(ten);
  const secret = client_secret ?? "";
  const card = "4000000000003220";
  const failed = await payIntent(url, secret, card, { return_url, authentication: "fail" });
  equal(new URL(failed.location ?? "").searchParams.get("redirect_status"), "failed");
  equal((await payIntent(url, secret, card, { authentication: "fail" })).status, 402);
  const after = await payIntent(url, secret, "4000008260003178", { return_url });
  equal(new URL(after.location ?? "").searchParams.get("redirect_status"), "failed");
  const passed = await payIntent(url, secret, card, { return_url });
  equal(new URL(passed.location ?? "").searchParams.get("redirect_status"), "succeeded");
  equal((await stripe.paymentIntents.retrieve(id)).status, "succeeded");
});

Deno.test("a bank debit is processing until it settles", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const { id, client_secret } = await stripe.paymentIntents.create(ten);
  await payIntent(url, client_secret ?? "", "", { method: "us_bank_account", outcome: "fails" });
  equal((await stripe.paymentIntents.retrieve(id)).status, "processing");
  equal((await payIntent(url, client_secret ?? "")).status, 409);
  await emulator.control("POST", `/payments/${id}/settle`);
  equal((await stripe.paymentIntents.retrieve(id)).status, "requires_payment_method");
  deepEqual(await eventTypes(stripe), [
    "payment_intent.created",
    "charge.pending",
    "payment_intent.processing",
    "charge.failed",
    "payment_intent.payment_failed",
  ]);
});

Deno.test("a customer pays only with the customer's own saved cards", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const { id: customer } = await stripe.customers.create();
  const { id: saved } = await stripe.paymentMethods.attach("pm_card_authenticationRequired", {
    customer,
  });
  const { id: otherCustomer } = await stripe.customers.create();
  const foreign = await stripe.paymentIntents.create({ ...ten, customer: otherCustomer });
  equal((await payIntent(url, foreign.client_secret ?? "", "", { saved })).status, 402);
  const { id, client_secret } = await stripe.paymentIntents.create({ ...ten, customer });
  const page = await fetch(`${url}/_emulator/pay/${id}?client_secret=${client_secret}`);
  match(await page.text(), new RegExp(`name="saved" value="${saved}"`));
  equal((await payIntent(url, client_secret ?? "", "", { saved })).status, 200);
  equal((await stripe.paymentIntents.retrieve(id)).payment_method, saved);
});

Deno.test("the page hides an intent without its client secret, and a session's intent", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const { id } = await stripe.paymentIntents.create(ten);
  equal((await payIntent(url, `${id}_secret_wrong`)).status, 404);
  equal((await payIntent(url, "pi_unknown_secret_wrong")).status, 404);
  equal((await stripe.paymentIntents.retrieve(id)).status, "requires_payment_method");
  const session = await openSession(stripe);
  const body = new URLSearchParams({ number: "4000000000000002", exp: "12/40", cvc: "123" });
  body.set("email", "a@example.com");
  await (await fetch(session.url ?? "", { method: "POST", body })).body?.cancel();
  const { data: [made] } = await stripe.paymentIntents.list({ limit: 1 });
  equal((await payIntent(url, made?.client_secret ?? "")).status, 404);
});

Deno.test("the emulator's own page lists the open payments", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const { client_secret } = await stripe.paymentIntents.create({ ...ten, description: "A lesson" });
  const before = await (await fetch(url)).text();
  match(before, new RegExp(`client_secret=${client_secret}"[^]*A lesson[^]*\\$10\\.00`));
  await payIntent(url, client_secret ?? "");
  equal((await (await fetch(url)).text()).includes("A lesson"), false);
});

Deno.test("a canceled intent cannot be paid", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const { id, client_secret } = await stripe.paymentIntents.create(ten);
  await stripe.paymentIntents.cancel(id);
  equal((await payIntent(url, client_secret ?? "")).status, 410);
  deepEqual(await eventTypes(stripe), ["payment_intent.created", "payment_intent.canceled"]);
});

Deno.test("a booking is paid to its provider, unless the provider can no longer receive money", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const destination = await openProvider(stripe);
  const wanted = { ...ten, application_fee_amount: 30, transfer_data: { destination } };
  const first = await stripe.paymentIntents.create(wanted);
  const second = await stripe.paymentIntents.create(wanted);
  equal((await payIntent(url, first.client_secret ?? "")).status, 200);
  await emulator.control("POST", `/accounts/${destination}/restrict`);
  equal((await payIntent(url, second.client_secret ?? "")).status, 402);
  equal((await stripe.paymentIntents.retrieve(second.id)).status, "requires_payment_method");
  equal((await stripe.applicationFees.list()).data.length, 1);
});
