import { deepEqual, equal, ok } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openProvider, payProvider } from "./connect-harness.ts";
import { eventTypes, openSession, refusal } from "./harness.ts";

Deno.test("a destination charge transfers the whole amount and collects the fee", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const provider = await openProvider(stripe);
  const { intent, charge } = await payProvider(stripe, provider, 10_000, 300);
  deepEqual([intent.application_fee_amount, charge.application_fee_amount], [300, 300]);
  const transfer = await stripe.transfers.retrieve(String(charge.transfer), {
    expand: ["balance_transaction"],
  });
  deepEqual(
    [transfer.amount, transfer.destination, transfer.source_transaction, transfer.transfer_group],
    [10_000, provider, charge.id, charge.transfer_group],
  );
  equal((transfer.balance_transaction as Stripe.BalanceTransaction).net, -10_000);
  const fee = await stripe.applicationFees.retrieve(String(charge.application_fee), {
    expand: ["balance_transaction"],
  });
  // The fee's field `charge` names a payment of the connected account. The field
  // `originating_transaction` names the platform's charge.
  deepEqual(
    [fee.amount, fee.account, fee.charge, fee.originating_transaction],
    [300, provider, transfer.destination_payment, charge.id],
  );
  equal((fee.balance_transaction as Stripe.BalanceTransaction).net, 300);
  const { pending: [balance] } = await stripe.balance.retrieve();
  equal(balance?.amount, 300 - (290 + 30));
  deepEqual(await eventTypes(stripe), [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "transfer.created",
    "application_fee.created",
    "charge.updated",
  ]);
  deepEqual((await stripe.transfers.list({ destination: provider })).data.length, 1);
  deepEqual((await stripe.applicationFees.list({ charge: charge.id })).data.length, 1);
});

Deno.test("without a fee, the named amount is transferred, or else the whole charge", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const destination = await openProvider(stripe);
  const paid = { amount: 1_000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
  await stripe.paymentIntents.create({ ...paid, transfer_data: { destination, amount: 800 } });
  await stripe.paymentIntents.create({ ...paid, transfer_data: { destination } });
  const { data } = await stripe.transfers.list();
  deepEqual(data.map(({ amount }) => amount), [1_000, 800]);
  equal((await stripe.applicationFees.list()).data.length, 0);
});

Deno.test("a checkout session can pay a provider too", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const destination = await openProvider(stripe);
  const payment_intent_data = { application_fee_amount: 30, transfer_data: { destination } };
  const session = await openSession(stripe, { payment_intent_data });
  await payCheckout(session.url ?? "");
  const { data: [fee] } = await stripe.applicationFees.list();
  deepEqual([fee?.amount, fee?.account], [30, destination]);
  const unknown = { ...payment_intent_data, transfer_data: { destination: "acct_unknown" } };
  const refused = await refusal(openSession(stripe, { payment_intent_data: unknown }));
  equal(refused.param, "transfer_data[destination]");
});

Deno.test("a failed payment transfers nothing", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const destination = await openProvider(stripe);
  await refusal(stripe.paymentIntents.create({
    amount: 1_000,
    currency: "usd",
    payment_method: "pm_card_chargeDeclined",
    confirm: true,
    application_fee_amount: 30,
    transfer_data: { destination },
  }));
  deepEqual((await stripe.transfers.list()).data, []);
  deepEqual((await stripe.applicationFees.list()).data, []);
});

Deno.test("impossible shares of a payment are refused", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const destination = await openProvider(stripe);
  const { id: unregistered } = await stripe.accounts.create({ type: "express" });
  const cases: Array<[Partial<Stripe.PaymentIntentCreateParams>, param: string, code?: string]> = [
    [
      { transfer_data: { destination: "acct_unknown" } },
      "transfer_data[destination]",
      "resource_missing",
    ],
    [
      { transfer_data: { destination: unregistered } },
      "transfer_data[destination]",
      "insufficient_capabilities_for_transfer",
    ],
    [{ application_fee_amount: 30 }, "application_fee_amount"],
    [{ application_fee_amount: 1_001, transfer_data: { destination } }, "application_fee_amount"],
    [
      { application_fee_amount: 30, transfer_data: { destination, amount: 900 } },
      "application_fee_amount",
    ],
    [{ transfer_data: { destination, amount: 1_001 } }, "transfer_data[amount]"],
    [{ on_behalf_of: "acct_unknown" }, "on_behalf_of", "resource_missing"],
  ];
  for (const [params, param, code] of cases) {
    const call = stripe.paymentIntents.create({ amount: 1_000, currency: "usd", ...params });
    const refused = await refusal(call);
    deepEqual([refused.statusCode, refused.param, refused.code], [400, param, code]);
  }
});

Deno.test("a provider who is disabled before the payment receives no transfer", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const destination = await openProvider(stripe);
  const intent = await stripe.paymentIntents.create({
    amount: 1_000,
    currency: "usd",
    transfer_data: { destination },
  });
  await emulator.control("POST", `/accounts/${destination}/disable`);
  const call = stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" });
  equal((await refusal(call)).code, "insufficient_capabilities_for_transfer");
  equal((await stripe.paymentIntents.retrieve(intent.id)).status, "requires_payment_method");
});

Deno.test("a transfer is reversed in parts, up to its amount", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { charge } = await payProvider(stripe, await openProvider(stripe), 10_000, 300);
  const id = String(charge.transfer);
  const first = await stripe.transfers.createReversal(id, { amount: 4_000 });
  deepEqual([first.amount, first.transfer], [4_000, id]);
  equal((await refusal(stripe.transfers.createReversal(id, { amount: 6_001 }))).param, "amount");
  const rest = await stripe.transfers.createReversal(id, { refund_application_fee: true });
  equal(rest.amount, 6_000);
  equal((await refusal(stripe.transfers.createReversal(id))).statusCode, 400);
  const after = await stripe.transfers.retrieve(id);
  deepEqual([after.amount_reversed, after.reversed], [10_000, true]);
  deepEqual(after.reversals.data.map((each) => each.id), [rest.id, first.id]);
  const { data } = await stripe.transfers.listReversals(id);
  deepEqual(data.map((each) => each.id), [rest.id, first.id]);
  equal((await stripe.transfers.retrieveReversal(id, first.id)).amount, 4_000);
  const fee = await stripe.applicationFees.retrieve(String(charge.application_fee));
  equal(fee.amount_refunded, 180);
  const events = (await eventTypes(stripe)).slice(-3);
  deepEqual(events, ["transfer.reversed", "transfer.reversed", "application_fee.refunded"]);
});

Deno.test("an application fee is refunded in parts, up to its amount", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { charge } = await payProvider(stripe, await openProvider(stripe), 10_000, 300);
  const id = String(charge.application_fee);
  const first = await stripe.applicationFees.createRefund(id, { amount: 100 });
  deepEqual([first.amount, first.fee], [100, id]);
  equal(
    (await refusal(stripe.applicationFees.createRefund(id, { amount: 201 }))).param,
    "amount",
  );
  const rest = await stripe.applicationFees.createRefund(id);
  equal(rest.amount, 200);
  equal((await refusal(stripe.applicationFees.createRefund(id))).statusCode, 400);
  const after = await stripe.applicationFees.retrieve(id);
  deepEqual([after.amount_refunded, after.refunded], [300, true]);
  const { data } = await stripe.applicationFees.listRefunds(id);
  deepEqual(data.map((each) => each.id), [rest.id, first.id]);
  equal((await stripe.applicationFees.retrieveRefund(id, first.id)).amount, 100);
  const { data: [event] } = await stripe.events.list({ type: "application_fee.refunded" });
  const told = event as Stripe.ApplicationFeeRefundedEvent;
  deepEqual([told.data.object.amount_refunded, told.data.previous_attributes?.refunded], [
    300,
    false,
  ]);
  ok(rest.balance_transaction);
});
