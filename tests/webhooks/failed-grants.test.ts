/**
 * Failures after a payment's event has arrived and before its credits are granted. The cause is in
 * the ledger or in the delivery.
 */
import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { Received } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { withBrokenGrant } from "../support/money/broken-grant.ts";
import { alterBriefly } from "../support/project/alter-table.ts";
import { countEntries, proven, withLostEvents, withSql } from "../support/project/database.ts";
import { data, refused } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { openCheckout, orderBecomes, readOrder } from "../support/money/purchases.ts";
import { deliver, payInSilence } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

async function stateOf(eventId: string): Promise<string | undefined> {
  const [row] = await withSql(world, (sql) =>
    sql`
    select state from farthing.inbox where event_id = ${eventId}`);
  return row?.state;
}

async function paid(buyer: Person) {
  const checkout = await openCheckout(world, buyer);
  const events = await payInSilence(world, checkout);
  const event = events.find(({ type }) => type === "checkout.session.completed")!;
  return { checkout, event, session: event.data.object as Stripe.Checkout.Session };
}

Deno.test("T2: an event whose grant fails is answered 500, and its redelivery grants", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const { checkout, event } = await paid(buyer);
    await withBrokenGrant(world, checkout.order_id, async () => {
      for (let attempt = 0; attempt < 3; attempt++) {
        const error = refused(await deliver(world, event), 500, "internal");
        equal(/fire|order|lots/.test(error.message), false);
      }
      equal(await stateOf(event.id), "failed");
      equal(await countEntries(world, buyer.id), 0);
      equal((await readOrder(world, buyer, checkout.order_id)).status, "pending");
    });
    deepEqual(data(await deliver(world, event), 200, Received), { received: true });
    equal((await readOrder(world, buyer, checkout.order_id)).status, "paid");
    deepEqual(data(await deliver(world, event), 200, Received), {
      received: true,
      duplicate: true,
    });
    equal(await countEntries(world, buyer.id), 1);
    await proven(world);
  });
});

Deno.test("T2: an event whose grant failed is granted by the scheduled task", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const { checkout, event } = await paid(buyer);
    await withBrokenGrant(world, checkout.order_id, async () => {
      refused(await deliver(world, event), 500, "internal");
    });
    // The scheduled task retries the event only a minute after the failure, so the test calls the
    // task with a time in the future.
    await withSql(world, (sql) => sql`select farthing.retry_events(now() + interval '2 minutes')`);
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    equal(await countEntries(world, buyer.id), 1);
    await proven(world);
  });
});

Deno.test("an event that does not match its order is answered 500 and grants nothing", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const { checkout, event, session } = await paid(buyer);
    const changes = [{ amount_total: 1 }, { currency: "eur" }, { id: "cs_test_other" }];
    for (const change of changes) {
      const forged = { ...event, id: `evt_${crypto.randomUUID()}` };
      const answer = await deliver(world, {
        ...forged,
        data: { object: { ...session, ...change } },
      });
      refused(answer, 500, "internal");
    }
    equal((await readOrder(world, buyer, checkout.order_id)).status, "pending");
    equal(await countEntries(world, buyer.id), 0);
    await proven(world);
  });
});

/** Deletes an order while `use` runs, to emulate a database that was restored from an older backup. */
async function withoutOrder(orderId: string, use: () => Promise<void>): Promise<void> {
  await withSql(world, async (sql) => {
    const [order] = await alterBriefly(sql, async (step) => {
      const guard = "farthing.orders %s trigger orders_are_never_deleted";
      await step.unsafe(`alter table ${guard.replace("%s", "disable")}`);
      const rows = await step`delete from farthing.orders where order_id = ${orderId} returning *`;
      await step.unsafe(`alter table ${guard.replace("%s", "enable always")}`);
      return rows;
    });
    try {
      await use();
    } finally {
      await sql`insert into farthing.orders ${sql(order!)}`;
    }
  });
}

Deno.test("T7: an event that arrives before its order waits for the order", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const { checkout, event } = await paid(buyer);
    await withoutOrder(checkout.order_id, async () => {
      const early = data(await deliver(world, event), 200, Received);
      deepEqual(early, { received: true, deferred: true });
      equal(await stateOf(event.id), "deferred");
    });
    await withSql(world, (sql) => sql`select farthing.retry_events(now() + interval '2 minutes')`);
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    equal(await stateOf(event.id), "processed");
    equal(await countEntries(world, buyer.id), 1);
    await proven(world);
  });
});

Deno.test("T7: an event that arrived before its order is granted by its redelivery, too", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const { checkout, event } = await paid(buyer);
    await withoutOrder(checkout.order_id, async () => {
      data(await deliver(world, event), 200, Received);
    });
    await deliver(world, event);
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    equal(await countEntries(world, buyer.id), 1);
    await proven(world);
  });
});

Deno.test("T7: an event that arrives before the session is attached is granted", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const { checkout, event } = await paid(buyer);
    await withSql(world, (sql) =>
      sql`
      update farthing.orders set session_id = null, session_url = null
      where order_id = ${checkout.order_id}`);
    deepEqual(data(await deliver(world, event), 200, Received), { received: true });
    equal((await readOrder(world, buyer, checkout.order_id)).status, "paid");
    await proven(world);
  });
});
