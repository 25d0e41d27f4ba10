import { deepEqual, equal } from "node:assert/strict";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, pay, refusal } from "./harness.ts";

type Case = [
  call: () => Promise<unknown>,
  status: number,
  code?: string | undefined,
  param?: string,
];

Deno.test("an impossible refund is refused with Stripe's error and changes nothing", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { refunds } = stripe;
  const paid = await pay(stripe, { amount: 1_000 });
  const charge = String(paid.latest_charge);
  const open = await stripe.paymentIntents.create({ amount: 500, currency: "usd" });
  await refunds.create({ charge, amount: 400 });
  const before = await eventTypes(stripe);
  const cases: Case[] = [
    [() => refunds.create({ charge, amount: 601 }), 400, undefined, "amount"],
    [() => refunds.create({ charge, amount: 0 }), 400, "parameter_invalid_integer", "amount"],
    [() => refunds.create({ charge, amount: -5 }), 400, "parameter_invalid_integer", "amount"],
    [() => refunds.create({ amount: 5 }), 400],
    [() => refunds.create({ charge, payment_intent: paid.id }), 400],
    [() => refunds.create({ charge: "ch_none" }), 404, "resource_missing", "id"],
    [
      () => refunds.create({ payment_intent: "pi_none" }),
      404,
      "resource_missing",
      "payment_intent",
    ],
    [() => refunds.create({ payment_intent: open.id }), 400],
    [() => refunds.create({ charge, reason: "boredom" }), 400, undefined, "reason"],
    [() => refunds.create({ charge, currency: "eur" }), 400, undefined, "currency"],
    [() => refunds.retrieve("re_none"), 404, "resource_missing", "id"],
    [() => refunds.cancel("re_none"), 404, "resource_missing", "id"],
  ];
  for (const [call, status, code, param] of cases) {
    const refused = await refusal(call());
    deepEqual([refused.statusCode, refused.code, refused.param], [status, code, param]);
  }
  deepEqual(await eventTypes(stripe), before);
  equal((await stripe.charges.retrieve(charge)).amount_refunded, 400);
});

Deno.test("a second full refund of a charge is refused", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id } = await pay(stripe, {});
  await stripe.refunds.create({ payment_intent: id });
  for (const amount of [1, 10_000]) {
    const refused = await refusal(stripe.refunds.create({ payment_intent: id, amount }));
    deepEqual([refused.statusCode, refused.code], [400, "charge_already_refunded"]);
  }
});

Deno.test("a failed charge and a processing debit cannot be refunded", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await refusal(pay(stripe, { method: "pm_card_chargeDeclined" }));
  const { data: [failed] } = await stripe.charges.list();
  const intent = await stripe.paymentIntents.create({
    amount: 1_000,
    currency: "usd",
    confirm: true,
    payment_method: "pm_usBankAccount",
  });
  for (const charge of [String(failed?.id), String(intent.latest_charge)]) {
    equal((await refusal(stripe.refunds.create({ charge }))).code, "charge_not_refundable");
  }
  const refused = await refusal(stripe.refunds.create({ payment_intent: intent.id }));
  deepEqual([refused.statusCode, refused.code], [400, undefined]);
});

Deno.test("a refund that has succeeded can neither be canceled nor settled again", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id } = await pay(stripe, {});
  const refund = await stripe.refunds.create({ payment_intent: id });
  equal((await refusal(stripe.refunds.cancel(refund.id))).statusCode, 400);
  for (const outcome of ["succeeds", "requires_action"]) {
    const again = await fetch(`${emulator.url}/_emulator/refunds/${refund.id}/settle`, {
      method: "POST",
      body: JSON.stringify({ outcome }),
    });
    equal(again.status, 400);
    await again.body?.cancel();
  }
  await emulator.control("POST", `/refunds/${refund.id}/settle`, { outcome: "fails" });
  equal((await refusal(stripe.refunds.cancel(refund.id))).statusCode, 400);
});
