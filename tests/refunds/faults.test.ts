/**
 * Refunds while Stripe is unavailable: the caller gets a retryable error, and at the end there is
 * one refund.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { PaymentRunnerReport } from "../../supabase/functions/_shared/contracts/runners.ts";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { proven, withSql } from "../support/project/database.ts";
import { type Answer, backEnd, data, post, refused } from "../support/project/http.ts";
import {
  askRefund,
  newPurchase,
  type Purchase,
  readRefund,
  refundBecomes,
  refundsAtStripe,
  standing,
} from "../support/money/refunds.ts";
import { control } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
/** The number of requests that a call to Stripe sends: the first one and two retries. */
const ATTEMPTS = 3;
const PAID = "paid: balance 9990, available 9990, debt 0";
const REFUNDED = "refunded: balance 0, available 0, debt 0";

/** Makes the next requests for refunds fail while `use` runs. */
async function withFault(fault: object, use: () => Promise<void>): Promise<void> {
  await control(world, "POST", "faults", { method: "POST", path: "/v1/refunds", ...fault });
  try {
    await use();
  } finally {
    await control(world, "DELETE", "faults");
  }
}

function isRetryable(answer: Answer): void {
  ok([502, 503].includes(answer.status), answer.text);
  equal(refused(answer, answer.status, "upstream_unavailable").retryable, true);
}

async function refundIdOf({ orderId }: Purchase): Promise<string> {
  const rows = await withSql(world, (sql) =>
    sql<{ refund_id: string }[]>`
    select refund_id from farthing.refunds where order_id = ${orderId}`);
  equal(rows.length, 1);
  return rows[0]!.refund_id;
}

Deno.test("a refund while Stripe is down moves nothing, and its key makes one refund later", async () => {
  const purchase = await newPurchase(world);
  const key = crypto.randomUUID();
  const ask = () => askRefund(world, purchase.orderId, undefined, { key });
  await withFault({ status: 503, times: ATTEMPTS }, async () => isRetryable(await ask()));
  equal(await standing(world, purchase), PAID);
  // The requested refund reserves the money, so a request with a different idempotency key is
  // refused.
  refused(await askRefund(world, purchase.orderId), 409, "already_refunded");
  const { refund_id } = data(await ask(), 201, Refund);
  await refundBecomes(world, refund_id, "succeeded");
  equal(refund_id, await refundIdOf(purchase));
  equal(await standing(world, purchase), REFUNDED);
  equal((await refundsAtStripe(world, purchase.paymentId)).length, 1);
  await proven(world);
});

Deno.test("a refund whose answer is lost arrives by its event, and its key returns it", async () => {
  const purchase = await newPurchase(world);
  const key = crypto.randomUUID();
  const ask = () => askRefund(world, purchase.orderId, undefined, { key });
  // Stripe makes the refund, but answers 429. The functions do not retry after a 429.
  const lost = { status: 429, after: true };
  await withFault(lost, async () => isRetryable(await ask()));
  const refundId = await refundIdOf(purchase);
  await refundBecomes(world, refundId, "succeeded");
  equal(await standing(world, purchase), REFUNDED);
  equal(data(await ask(), 201, Refund).refund_id, refundId);
  equal((await refundsAtStripe(world, purchase.paymentId)).length, 1);
  await proven(world);
});

Deno.test("a refund whose request failed is sent once, by one of the runners", async () => {
  const purchase = await newPurchase(world);
  const key = crypto.randomUUID();
  const ask = () => askRefund(world, purchase.orderId, 500, { key });
  await withFault({ status: 503, times: ATTEMPTS }, async () => isRetryable(await ask()));
  const refundId = await refundIdOf(purchase);
  await withSql(world, (sql) =>
    sql`
    update farthing.refunds set next_attempt_at = now() where refund_id = ${refundId}`);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => post(world, "payment-runner", backEnd(world), {})),
  );
  for (const answer of answers) data(answer, 200, PaymentRunnerReport);
  const { credits_taken_back } = await refundBecomes(world, refundId, "succeeded");
  equal(credits_taken_back, "5000");
  equal(data(await ask(), 201, Refund).refund_id, refundId);
  equal((await refundsAtStripe(world, purchase.paymentId)).length, 1);
  await proven(world);
});

Deno.test("a refund that Stripe refuses has failed, and its amount can be refunded again", async () => {
  const purchase = await newPurchase(world);
  // The buyer's bank has disputed the payment, but the event about the dispute has not arrived yet.
  await control(world, "POST", "deliveries/hold", { types: ["charge.dispute.*"] });
  try {
    await control(world, "POST", `payments/${purchase.paymentId}/dispute`);
    const { message } = refused(await askRefund(world, purchase.orderId), 409, "already_refunded");
    ok(message.includes("disputes"), message);
    const { status, failure_reason } = await readRefund(world, await refundIdOf(purchase));
    equal(status, "failed");
    ok(failure_reason);
    deepEqual(await refundsAtStripe(world, purchase.paymentId), []);
  } finally {
    await control(world, "POST", "deliveries/release");
  }
  await until("the dispute is known", async () => {
    return (await standing(world, purchase)).startsWith("disputed") || undefined;
  });
  refused(await askRefund(world, purchase.orderId), 409, "already_refunded");
  await proven(world);
});
