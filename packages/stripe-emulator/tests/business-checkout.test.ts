/**
 * Tests tax ids, invoices and customers of checkout sessions, and the parameters that Stripe
 * refuses.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { buy, IN_GERMANY, type Params, priced, refusedFor } from "./business-harness.ts";
import { openSession, startReceiver } from "./harness.ts";

Deno.test("a business enters its name and tax id", async () => {
  await using emulator = await startTestEmulator();
  const params = { ...priced("inclusive"), tax_id_collection: { enabled: true } };
  const { customer_details: details } = await buy(emulator.stripe, params, {
    ...IN_GERMANY,
    business_name: "Söhne GmbH",
    tax_id: "DE 123 456 789",
  });
  deepEqual([details?.business_name, details?.name, details?.tax_ids], [
    "Söhne GmbH",
    "Söhne GmbH",
    [{ type: "eu_vat", value: "DE123456789" }],
  ]);
});

Deno.test("a tax id without a name, of another country or of a wrong form is refused", async () => {
  await using emulator = await startTestEmulator();
  const params = { tax_id_collection: { enabled: true } };
  const { url } = await openSession(emulator.stripe, params);
  const bad: [string, string, string, RegExp][] = [
    ["DE", "", "DE123456789", /name of your business/],
    ["FR", "X", "DE123456789", /tax ID is invalid/],
    ["DE", "X", "DE!", /tax ID is invalid/],
    ["JP", "X", "1", /tax ID is invalid/],
    ["Germany", "X", "", /ISO code/],
  ];
  for (const [country, business_name, tax_id, message] of bad) {
    const details = { country, business_name, tax_id };
    const answer = await payCheckout(url ?? "", undefined, { details });
    equal(answer.status, 402);
    match(answer.message ?? "", message);
  }
});

Deno.test("a paid session with invoice_creation has a paid invoice with a number and a page", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  await using receiver = startReceiver(stripe, "whsec_invoice", clock);
  await emulator.control("POST", "/webhook_endpoints", {
    url: receiver.url,
    secret: "whsec_invoice",
    enabled_events: ["invoice.*", "checkout.session.completed"],
  });
  const invoice_creation = { enabled: true, invoice_data: { metadata: { order_id: "o1" } } };
  const params = { ...priced("exclusive"), invoice_creation, tax_id_collection: { enabled: true } };
  const business = { business_name: "Söhne GmbH", tax_id: "DE123456789" };
  const session = await buy(stripe, params, { ...IN_GERMANY, ...business });
  match(String(session.customer), /^cus_/);
  const invoice = await stripe.invoices.retrieve(String(session.invoice));
  deepEqual(
    [invoice.status, invoice.subtotal, invoice.total_excluding_tax, invoice.total],
    ["paid", 999, 999, 1_189],
  );
  deepEqual([invoice.amount_paid, invoice.total_taxes?.[0]?.amount], [1_189, 190]);
  deepEqual([invoice.metadata, invoice.customer_name], [{ order_id: "o1" }, "Söhne GmbH"]);
  match(invoice.number ?? "", /^[0-9A-Z]{8}-0001$/);
  const page = await (await fetch(invoice.hosted_invoice_url ?? "")).text();
  for (const text of [invoice.number, "Söhne GmbH", "DE123456789", "11.89", "1.90"]) {
    ok(page.includes(String(text)), `${text}`);
  }
  const events = await receiver.arrived(5);
  deepEqual(
    events.map(({ type }) => type).toSorted(),
    ["checkout.session.completed", "invoice.created", "invoice.finalized", "invoice.paid"]
      .concat("invoice.payment_succeeded"),
  );
  const completed = events.find(({ type }) => type === "checkout.session.completed");
  equal((completed?.data.object as Stripe.Checkout.Session).invoice, session.invoice);
});

Deno.test("a delayed payment has its invoice when the money arrives, and none if it fails", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  for (const outcome of ["succeeds", "fails"] as const) {
    const { id, url } = await openSession(stripe, { invoice_creation: { enabled: true } });
    await payCheckout(url ?? "", undefined, { method: "us_bank_account", outcome });
    const waiting = await stripe.checkout.sessions.retrieve(id);
    deepEqual([waiting.payment_status, waiting.invoice], ["unpaid", null]);
    await emulator.control("POST", `/payments/${waiting.payment_intent}/settle`);
    const after = await stripe.checkout.sessions.retrieve(id);
    equal(after.invoice !== null, outcome === "succeeds");
  }
});

Deno.test("a customer gets the email, the name and the address that the session may update", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id } = await stripe.customers.create();
  const params = {
    ...priced("exclusive"),
    customer: id,
    customer_update: { address: "auto" as const, name: "auto" as const },
    tax_id_collection: { enabled: true },
  };
  const business = { business_name: "Söhne GmbH", tax_id: "DE123456789" };
  await buy(stripe, params, { ...IN_GERMANY, ...business }, { email: "new@example.com" });
  const customer = await stripe.customers.retrieve(id) as Stripe.Customer;
  deepEqual([customer.email, customer.name, customer.address?.country], [
    "new@example.com",
    "Söhne GmbH",
    "DE",
  ]);
  const { url } = await openSession(stripe, params);
  const page = await (await fetch(url ?? "")).text();
  match(page, /value="new@example.com" readonly/);
});

Deno.test("parameters that Stripe refuses are refused with their name", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const customer = (await stripe.customers.create()).id;
  const auto = "auto" as const;
  const setup = { mode: "setup" as const, currency: "usd", line_items: undefined as never };
  const bad: [Params, string | undefined, string | undefined][] = [
    [{ locale: "xx" }, undefined, "locale"],
    [{ billing_address_collection: "never" }, undefined, "billing_address_collection"],
    [{ customer, customer_email: "a@example.com" }, undefined, "customer_email"],
    [{ customer_email: "nobody" }, "email_invalid", "customer_email"],
    [{ customer_update: { name: auto } }, undefined, "customer_update"],
    [{ ...priced("exclusive"), customer }, "customer_tax_location_invalid", undefined],
    [{ customer, tax_id_collection: { enabled: true } }, undefined, undefined],
    [{ ...setup, allow_promotion_codes: true }, undefined, "allow_promotion_codes"],
    [{ ...setup, invoice_creation: { enabled: true } }, undefined, "invoice_creation"],
    [{ ...setup, automatic_tax: { enabled: true } }, undefined, "automatic_tax"],
    [
      priced("unspecified"),
      undefined,
      "line_items[0][price_data][tax_behavior]",
    ],
  ];
  for (const [params, expected, param] of bad) {
    await rejects(openSession(stripe, params), refusedFor(expected, param));
  }
  await openSession(stripe, {
    ...priced("exclusive"),
    customer,
    customer_update: { address: auto, name: auto },
    tax_id_collection: { enabled: true },
    locale: "sv",
  });
});
