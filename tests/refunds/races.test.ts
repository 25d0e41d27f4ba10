/** Several refunds of one order at the same moment: their sum never exceeds the order's payment. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { data, refused } from "../support/project/http.ts";
import {
  askRefund,
  newPurchase,
  refundBecomes,
  refundsAtStripe,
  standing,
} from "../support/money/refunds.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

Deno.test("many refunds of one order at once never exceed its amount", async () => {
  const purchase = await newPurchase(world);
  await withDeliveries(world, "shared", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => askRefund(world, purchase.orderId, 300)),
    );
    const made = answers.filter(({ status }) => status === 201);
    equal(made.length, 3);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      const { details } = refused(answer, 422, "refund_too_large");
      ok(Number(details?.refundable) < 300);
    }
    for (const answer of made) {
      await refundBecomes(world, data(answer, 201, Refund).refund_id, "succeeded");
    }
  });
  const atStripe = await refundsAtStripe(world, purchase.paymentId);
  deepEqual(atStripe.map(({ amount }) => amount), [300, 300, 300]);
  equal(await standing(world, purchase), "partially_refunded: balance 990, available 990, debt 0");
  await proven(world);
});

Deno.test("T6: many full refunds at once make one refund", async () => {
  const purchase = await newPurchase(world);
  await withDeliveries(world, "shared", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => askRefund(world, purchase.orderId)),
    );
    const [made, ...others] = answers.filter(({ status }) => status === 201);
    equal(others.length, 0);
    for (const answer of answers.filter((answer) => answer !== made)) {
      refused(answer, 409, "already_refunded");
    }
    await refundBecomes(world, data(made!, 201, Refund).refund_id, "succeeded");
  });
  equal((await refundsAtStripe(world, purchase.paymentId)).length, 1);
  equal(await standing(world, purchase), "refunded: balance 0, available 0, debt 0");
  await proven(world);
});

Deno.test("T12: a refund repeated at once with its key is one refund", async () => {
  const purchase = await newPurchase(world);
  const key = crypto.randomUUID();
  const ask = () => askRefund(world, purchase.orderId, 250, { key });
  await withDeliveries(world, "shared", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      refused(answer, 409, "idempotency_in_progress");
    }
    const stored = data(await ask(), 201, Refund);
    for (const answer of answers.filter(({ status }) => status === 201)) {
      equal(data(answer, 201, Refund).refund_id, stored.refund_id);
    }
    await refundBecomes(world, stored.refund_id, "succeeded");
  });
  equal((await refundsAtStripe(world, purchase.paymentId)).length, 1);
  await proven(world);
});

Deno.test("refunds by the API and in the dashboard at once claw back the refunded credits", async () => {
  const purchase = await newPurchase(world);
  const stripe = stripeOf(world);
  await withDeliveries(world, "shared", async () => {
    const dashboard = () =>
      stripe.refunds.create({ payment_intent: purchase.paymentId, amount: 400 })
        .then(() => true, () => false);
    const [byHand, ...answers] = await Promise.all([
      dashboard(),
      askRefund(world, purchase.orderId, 400),
      askRefund(world, purchase.orderId, 400),
    ]);
    const made = answers.filter(({ status }) => status === 201);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      refused(answer, 422, "refund_too_large");
    }
    equal(Number(byHand) + made.length, 2);
    const wanted = "partially_refunded: balance 1990, available 1990, debt 0";
    await until(wanted, async () => await standing(world, purchase) === wanted || undefined);
  });
  const gone = (await refundsAtStripe(world, purchase.paymentId))
    .reduce((sum, { amount }) => sum + amount, 0);
  equal(gone, 800);
  await proven(world);
});
