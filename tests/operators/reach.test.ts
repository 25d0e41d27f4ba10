/**
 * An operator reaches a customer's data by `user_id`; a plain user reaches only the user's own
 * data.
 */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { Booking } from "../../supabase/functions/_shared/contracts/bookings.ts";
import { Order } from "../../supabase/functions/_shared/contracts/checkout.ts";
import {
  Balance,
  Entry,
  Grant,
  RecordedGrant,
} from "../../supabase/functions/_shared/contracts/credits.ts";
import { Hold, OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { JobSummary } from "../../supabase/functions/_shared/contracts/jobs.ts";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { SpendCap } from "../../supabase/functions/_shared/contracts/spend-caps.ts";
import { TopUps } from "../../supabase/functions/_shared/contracts/top-ups.ts";
import { buy } from "../support/money/purchases.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

const READS = {
  "credits": Balance,
  "credits/entries": z.array(Entry),
  "credits/spend-cap": SpendCap,
  "checkout/orders": z.array(Order),
  "jobs": z.array(JobSummary),
  "bookings": z.array(Booking),
  "top-ups": TopUps,
};

Deno.test("operators and back ends read a customer's account, and no other user does", async () => {
  const [operator, customer, other] = [
    await signUpOperator(world),
    await signUp(world),
    await signUp(world),
  ];
  const unknown = crypto.randomUUID();
  for (const [path, schema] of Object.entries(READS)) {
    const named = `${path}?user_id=${customer.id}`;
    data(await get(world, named, operator.as), 200, schema);
    data(await get(world, named, backEnd(world)), 200, schema);
    data(await get(world, path, operator.as), 200, schema);
    refused(await get(world, named, other.as), 400, "invalid_request", "user_id");
    refused(await get(world, named, customer.as), 400, "invalid_request", "user_id");
    refused(await get(world, path, backEnd(world)), 400, "invalid_request", "user_id");
    const missing = await get(world, `${path}?user_id=${unknown}`, operator.as);
    refused(missing, 404, "not_found", "user_id");
  }
  const reads = await withSql(
    world,
    (sql) =>
      sql`
        select route from farthing.customer_reads where author = ${`operator:${operator.id}`}
        order by read_nr`,
  );
  const routes = Object.keys(READS).map((path) => `GET /${path}`);
  deepEqual(reads.map(({ route }) => route), routes, "each read of the customer is recorded once");
  await proven(world);
});

Deno.test("an operator finds the order of a customer, and refunds it", async () => {
  const [operator, customer, other] = [
    await signUpOperator(world),
    await signUp(world),
    await signUp(world),
  ];
  const { order_id } = await buy(world, customer);
  const held = await post(world, "credits/holds", backEnd(world), {
    user_id: customer.id,
    amount: "90",
  });
  const { hold_id } = data(held, 201, OpenedHold);

  const orders = data(
    await get(world, `checkout/orders?user_id=${customer.id}`, operator.as),
    200,
    z.array(Order),
  );
  deepEqual(orders.map((order) => [order.order_id, order.status]), [[order_id, "paid"]]);
  data(await get(world, `checkout/orders/${order_id}`, operator.as), 200, Order);
  data(await get(world, `credits/holds/${hold_id}`, operator.as), 200, Hold);
  refused(await get(world, `checkout/orders/${order_id}`, other.as), 404, "not_found", "id");
  refused(await get(world, `credits/holds/${hold_id}`, other.as), 404, "not_found", "id");

  const paid = `credits/entries?user_id=${customer.id}&kind=purchase`;
  const [asOperator] = data(await get(world, paid, operator.as), 200, z.array(Entry));
  const [asOwner] = data(
    await get(world, "credits/entries?kind=purchase", customer.as),
    200,
    z.array(Entry),
  );
  equal(asOperator?.author.startsWith("stripe:evt_"), true);
  equal(asOwner?.author, "stripe");

  const refund = data(
    await post(world, "refunds", operator.as, { order_id, amount: 100 }),
    201,
    Refund,
  );
  const found = data(
    await get(world, `refunds?user_id=${customer.id}&order_id=${order_id}`, operator.as),
    200,
    z.array(Refund),
  );
  deepEqual(found.map((each) => each.refund_id), [refund.refund_id]);
  refused(await get(world, `refunds?user_id=${customer.id}`, customer.as), 403, "forbidden");
  await proven(world);
});

Deno.test("reads of a refund, of an order's refunds and of a grant are recorded, a wait is not", async () => {
  const [operator, customer] = [await signUpOperator(world), await signUp(world)];
  const { order_id } = await buy(world, customer);
  const refunded = await post(world, "refunds", operator.as, { order_id, amount: 100 });
  const { refund_id } = data(refunded, 201, Refund);
  const body = { user_id: customer.id, amount: "1", source: "promotional", reason: "sorry" };
  data(await post(world, "credits/grants", operator.as, body), 201, Grant);
  data(await get(world, `refunds/${refund_id}`, operator.as), 200, Refund);
  data(await get(world, `refunds?order_id=${order_id}`, operator.as), 200, z.array(Refund));
  const [grant] = data(
    await get(world, `credits/grants?user_id=${customer.id}`, operator.as),
    200,
    z.array(RecordedGrant),
  );
  data(await get(world, `credits/grants/${grant!.grant_id}`, operator.as), 200, RecordedGrant);
  const reads = await withSql(
    world,
    (sql) =>
      sql`
        select route from farthing.customer_reads where author = ${`operator:${operator.id}`}
        order by read_nr`,
  );
  deepEqual(reads.map(({ route }) => route), [
    "GET /refunds/{id}",
    "GET /refunds",
    "GET /credits/grants",
    "GET /credits/grants/{id}",
  ]);
  await proven(world);
});
