/** Tests automatic taxes in checkout sessions. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { amountsOf, buy, IN_GERMANY, priced } from "./business-harness.ts";
import { openSession } from "./harness.ts";

Deno.test("a tax on top is added to the total, and everything is paid", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const before = await openSession(stripe, priced("exclusive"));
  deepEqual(amountsOf(before), [999, 0, 0, 999]);
  equal(before.automatic_tax.status, "requires_location_inputs");
  const session = await buy(stripe, priced("exclusive"), IN_GERMANY);
  deepEqual(amountsOf(session), [999, 0, 190, 1_189]);
  equal(session.automatic_tax.status, "complete");
  deepEqual(
    [session.customer_details?.address?.country, session.customer_details?.address?.postal_code],
    ["DE", "10115"],
  );
  const intent = await stripe.paymentIntents.retrieve(String(session.payment_intent), {
    expand: ["latest_charge.balance_transaction"],
  });
  const charge = intent.latest_charge as Stripe.Charge;
  const booked = charge.balance_transaction as Stripe.BalanceTransaction;
  deepEqual([intent.amount, charge.amount, booked.amount], [1_189, 1_189, 1_189]);
  const { data: [item] } = await stripe.checkout.sessions.listLineItems(session.id);
  deepEqual([item?.amount_subtotal, item?.amount_tax, item?.amount_total], [999, 190, 1_189]);
});

Deno.test("a tax that is included in the price does not change the total", async () => {
  await using emulator = await startTestEmulator();
  const session = await buy(emulator.stripe, priced("inclusive"), IN_GERMANY);
  deepEqual(amountsOf(session), [999, 0, 160, 999]);
});

Deno.test("the rate of the tax can be changed, also to fractions of a percent", async () => {
  await using emulator = await startTestEmulator({ taxPercent: 25 });
  const { stripe } = emulator;
  deepEqual(amountsOf(await buy(stripe, priced("exclusive", 1_000), IN_GERMANY))[2], 250);
  await emulator.control("POST", "/tax", { percent: 8.875 });
  deepEqual(amountsOf(await buy(stripe, priced("exclusive", 10_000), IN_GERMANY))[2], 888);
  await emulator.control("POST", "/tax", { percent: 0 });
  deepEqual(amountsOf(await buy(stripe, priced("exclusive"), IN_GERMANY))[2], 0);
});

Deno.test("a customer who is exempt or pays the tax themselves pays none here", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  for (const tax_exempt of ["exempt", "reverse"] as const) {
    const { id } = await stripe.customers.create({ tax_exempt, address: { country: "DE" } });
    const session = await buy(stripe, { ...priced("exclusive"), customer: id }, {});
    deepEqual(amountsOf(session), [999, 0, 0, 999]);
  }
});

Deno.test("a customer's address gives the tax when the session is created", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id } = await stripe.customers.create({ address: { country: "DE" } });
  const session = await openSession(stripe, { ...priced("exclusive"), customer: id });
  deepEqual(amountsOf(session), [999, 0, 190, 1_189]);
});

Deno.test("without a country a taxed session is not paid", async () => {
  await using emulator = await startTestEmulator();
  const { url } = await openSession(emulator.stripe, priced("exclusive"));
  const answer = await payCheckout(url ?? "");
  deepEqual([answer.result, answer.message], ["refused", "Enter your country."]);
});

Deno.test("a total that changed since the page was shown must be seen before it is paid", async () => {
  await using emulator = await startTestEmulator();
  const { id, url } = await openSession(emulator.stripe, priced("exclusive"));
  const card = { method: "card", number: "4242424242424242", exp: "12/40", cvc: "123" };
  const body = { ...card, form: "f", email: "a@example.com", total: "999", ...IN_GERMANY };
  const send = (fields: Record<string, string>) =>
    fetch(url ?? "", { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
  const first = await send(body);
  equal(first.status, 402);
  match(await first.text(), /The total is now SEK.11\.89\. Check it and pay again\./);
  const session = await emulator.stripe.checkout.sessions.retrieve(id);
  deepEqual([session.status, session.payment_status], ["open", "unpaid"]);
  const second = await send({ ...body, total: "1189" });
  equal(second.status, 303);
  await second.body?.cancel();
});

Deno.test("without Stripe Tax only a session with an automatic tax is refused", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await emulator.control("POST", "/tax", { active: false });
  await rejects(openSession(stripe, priced("exclusive")), { code: "stripe_tax_inactive" });
  const untaxed = { ...priced("exclusive"), automatic_tax: { enabled: false } };
  equal((await openSession(stripe, untaxed)).automatic_tax.enabled, false);
  await emulator.control("POST", "/tax", { active: true });
  equal((await openSession(stripe, priced("exclusive"))).automatic_tax.enabled, true);
});
