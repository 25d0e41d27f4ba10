import { deepEqual, equal, ok } from "node:assert/strict";
import { startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, pay, refusal } from "./harness.ts";

const WARNED = "radar.early_fraud_warning.created";
const SETTLED = "radar.early_fraud_warning.updated";

Deno.test("the card 5423 pays, and a fraud warning follows", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, { card: "4000000000005423" });
  equal((await eventTypes(stripe)).at(-1), WARNED);
  const { data: [warning] } = await stripe.radar.earlyFraudWarnings.list({
    charge: String(paid.latest_charge),
  });
  ok(warning?.id.startsWith("issfr_"));
  deepEqual(
    [warning?.actionable, warning?.charge, warning?.payment_intent, warning?.fraud_type],
    [true, paid.latest_charge, paid.id, "unauthorized_use_of_card"],
  );
  equal((await stripe.charges.retrieve(String(paid.latest_charge))).disputed, false);
});

const ENDS: Record<string, (emulator: TestEmulator, intent: string) => Promise<unknown>> = {
  "a full refund": ({ stripe }, payment_intent) => stripe.refunds.create({ payment_intent }),
  "a dispute": ({ control }, id) => control("POST", `/payments/${id}/dispute`),
  "an inquiry": ({ control }, id) => control("POST", `/payments/${id}/dispute`, { inquiry: true }),
};

for (const [name, end] of Object.entries(ENDS)) {
  Deno.test(`${name} makes a fraud warning not actionable`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe } = emulator;
    const paid = await pay(stripe, { amount: 1_000 });
    const { id } = await emulator.control("POST", `/payments/${paid.id}/early_fraud_warning`, {
      fraud_type: "made_with_stolen_card",
    });
    await stripe.refunds.create({ payment_intent: paid.id, amount: 1 });
    equal((await stripe.radar.earlyFraudWarnings.retrieve(String(id))).actionable, true);
    await end(emulator, paid.id);
    const after = await stripe.radar.earlyFraudWarnings.retrieve(String(id), {
      expand: ["charge", "payment_intent"],
    });
    deepEqual([after.actionable, after.fraud_type], [false, "made_with_stolen_card"]);
    const { data: [event] } = await stripe.events.list({ type: SETTLED });
    deepEqual(event?.data.previous_attributes, { actionable: true });
    const types = (await eventTypes(stripe)).filter((type) => type === SETTLED);
    equal(types.length, 1);
  });
}

Deno.test("a fraud warning for a refunded payment is not actionable", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe);
  await stripe.refunds.create({ payment_intent: paid.id });
  await emulator.control("POST", `/payments/${paid.id}/early_fraud_warning`);
  const { data: [warning] } = await stripe.radar.earlyFraudWarnings.list({
    payment_intent: paid.id,
  });
  equal(warning?.actionable, false);
  equal((await refusal(stripe.radar.earlyFraudWarnings.retrieve("issfr_no"))).statusCode, 404);
});
