/**
 * Refunds by the API and in Stripe's dashboard: the credits that they claw back and reinstate, and the
 * requests that are refused.
 */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "zod";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { ledgerOf, proven, withDeliveries } from "../support/project/database.ts";
import { backEnd, data, get, nobody, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { buy } from "../support/money/purchases.ts";
import {
  askRefund,
  newPurchase,
  type Purchase,
  refund,
  refundBecomes,
  refundsAtStripe,
  standing,
} from "../support/money/refunds.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);

async function spend({ buyer }: Purchase, amount: string): Promise<void> {
  const body = { user_id: buyer.id, amount, reason: "an image" };
  equal((await post(world, "credits/debits", service, body)).status, 201);
}

/** Makes a refund as an operator does in Stripe's dashboard. */
async function refundInDashboard({ paymentId }: Purchase, amount?: number) {
  return await stripeOf(world).refunds.create({
    payment_intent: paymentId,
    ...(amount !== undefined && { amount }),
  });
}

function becomes(purchase: Purchase, wanted: string) {
  return until(wanted, async () => await standing(world, purchase) === wanted || undefined);
}

Deno.test("a full refund claws back all credits of its order and names them", async () => {
  const purchase = await newPurchase(world);
  const { credits_taken_back, debt_added, amount } = await refund(world, purchase.orderId);
  deepEqual([credits_taken_back, debt_added, amount], ["9990", "0", 999]);
  equal(await standing(world, purchase), "refunded: balance 0, available 0, debt 0");
  await proven(world);
});

Deno.test("a refund of spent credits becomes debt, and the next purchase pays it first", async () => {
  const purchase = await newPurchase(world);
  await spend(purchase, "6000");
  const { credits_taken_back, debt_added } = await refund(world, purchase.orderId);
  deepEqual([credits_taken_back, debt_added], ["9990", "6000"]);
  equal(await standing(world, purchase), "refunded: balance -6000, available 0, debt 6000");
  await buy(world, purchase.buyer);
  equal(await standing(world, purchase), "refunded: balance 3990, available 3990, debt 0");
  await proven(world);
});

Deno.test("T5: partial refunds claw back their share, and together the whole", async () => {
  const purchase = await newPurchase(world);
  await spend(purchase, "10");
  const first = await refund(world, purchase.orderId, 333);
  equal(first.credits_taken_back, "3330");
  equal(
    await standing(world, purchase),
    "partially_refunded: balance 6650, available 6650, debt 0",
  );
  const second = await refund(world, purchase.orderId, 1);
  equal(second.credits_taken_back, "10");
  const last = await refund(world, purchase.orderId);
  deepEqual([last.amount, last.credits_taken_back, last.debt_added], [665, "6650", "10"]);
  equal(await standing(world, purchase), "refunded: balance -10, available 0, debt 10");
  const atStripe = await refundsAtStripe(world, purchase.paymentId);
  deepEqual(atStripe.map(({ amount }) => amount), [333, 1, 665]);
  await proven(world);
});

Deno.test("T6: a refund above the rest, or after a full refund, moves nothing", async () => {
  const purchase = await newPurchase(world);
  await refund(world, purchase.orderId, 500);
  const before = await ledgerOf(world, purchase.buyer.id);
  const key = crypto.randomUUID();
  for (let again = 0; again < 2; again++) {
    const answer = await askRefund(world, purchase.orderId, 500, { key });
    const { details } = refused(answer, 422, "refund_too_large", "amount");
    deepEqual(details, { refundable: 499, currency: "usd" });
  }
  deepEqual(await ledgerOf(world, purchase.buyer.id), before);
  await refund(world, purchase.orderId);
  const after = await ledgerOf(world, purchase.buyer.id);
  refused(await askRefund(world, purchase.orderId), 409, "already_refunded");
  refused(await askRefund(world, purchase.orderId, 1), 409, "already_refunded");
  deepEqual(await ledgerOf(world, purchase.buyer.id), after);
  equal((await refundsAtStripe(world, purchase.paymentId)).length, 2);
  await proven(world);
});

Deno.test("a refund in Stripe's dashboard ends as a refund of the API does, and is listed", async () => {
  const [byApi, byHand] = [await newPurchase(world), await newPurchase(world)];
  await spend(byApi, "7000");
  await spend(byHand, "7000");
  await refund(world, byApi.orderId, 400);
  await withDeliveries(world, "shared", async () => {
    await refundInDashboard(byHand, 400);
    await becomes(byHand, await standing(world, byApi));
  });
  const answer = await get(world, `refunds?order_id=${byHand.orderId}`, service);
  const [listed, ...others] = data(answer, 200, z.array(Refund));
  equal(others.length, 0);
  deepEqual(
    [listed?.status, listed?.requested_by, listed?.credits_taken_back, listed?.debt_added],
    [
      "succeeded",
      "stripe",
      "4000",
      "1010",
    ],
  );
  // Money that was refunded in the dashboard can't be refunded by the API again.
  const { details } = refused(await askRefund(world, byHand.orderId, 999), 422, "refund_too_large");
  equal(details?.refundable, 599);
  await proven(world);
});

Deno.test("a refund that fails later reinstates its credits and may be made again", async () => {
  const purchase = await newPurchase(world);
  await spend(purchase, "1000");
  const { refund_id, stripe_refund_id } = await refund(world, purchase.orderId);
  equal(await standing(world, purchase), "refunded: balance -1000, available 0, debt 1000");
  await withDeliveries(world, "shared", async () => {
    await control(world, "POST", `refunds/${stripe_refund_id}/settle`, { outcome: "fails" });
    const failed = await refundBecomes(world, refund_id, "failed");
    deepEqual([failed.credits_taken_back, failed.debt_added], ["0", "0"]);
  });
  equal(await standing(world, purchase), "paid: balance 8990, available 8990, debt 0");
  await proven(world);
  await refund(world, purchase.orderId);
  equal(await standing(world, purchase), "refunded: balance -1000, available 0, debt 1000");
  await proven(world);
});

Deno.test("T12: a refund repeated with its key returns the stored answer, and is one refund", async () => {
  const purchase = await newPurchase(world);
  const key = crypto.randomUUID();
  await withDeliveries(world, "shared", async () => {
    const first = await askRefund(world, purchase.orderId, 100, { key });
    const stored = data(first, 201, Refund);
    const again = await askRefund(world, purchase.orderId, 100, { key });
    equal(again.headers.get("idempotency-replayed"), "true");
    deepEqual(data(again, 201, Refund), stored);
    refused(
      await askRefund(world, purchase.orderId, 101, { key }),
      422,
      "idempotency_key_reused",
    );
    await refundBecomes(world, stored.refund_id, "succeeded");
  });
  equal((await refundsAtStripe(world, purchase.paymentId)).length, 1);
});

Deno.test("only operators may refund, and no user their own order", async () => {
  const purchase = await newPurchase(world);
  const other = await signUp(world);
  const operator = await signUpOperator(world);
  refused(await askRefund(world, purchase.orderId, 1, { as: nobody }), 401, "unauthenticated");
  for (const { as } of [purchase.buyer, other]) {
    refused(await askRefund(world, purchase.orderId, 1, { as }), 403, "forbidden");
    refused(await get(world, `refunds?order_id=${purchase.orderId}`, as), 403, "forbidden");
    refused(await get(world, `refunds/${crypto.randomUUID()}`, as), 403, "forbidden");
  }
  equal(await standing(world, purchase), "paid: balance 9990, available 9990, debt 0");
  const made = await withDeliveries(
    world,
    "shared",
    async () => data(await askRefund(world, purchase.orderId, 1, { as: operator.as }), 201, Refund),
  );
  equal(made.requested_by, `operator:${operator.id}`);
});

Deno.test("an unknown or unpaid order can't be refunded", async () => {
  refused(await askRefund(world, crypto.randomUUID()), 404, "not_found", "order_id");
  const body = { booking_id: crypto.randomUUID() };
  refused(await post(world, "refunds", service, body), 404, "not_found", "booking_id");
  refused(await get(world, `refunds/${crypto.randomUUID()}`, service), 404, "not_found", "id");
});
