/**
 * Runs the code of docs/recipes/recover-a-failed-webhook.md as printed: its outage loses events,
 * and its backfill applies them.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { openCheckout, orderBecomes, readOrder } from "../support/money/purchases.ts";
import { proven, withDeliveries, withSql } from "../support/project/database.ts";
import { signUp } from "../support/project/people.ts";
import { snippet, typeCheck, writeModules } from "../support/project/printed-snippets.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const server = createClient(world.url, world.secretKey, { auth: { persistSession: false } });

const PAGES = {
  "docs/recipes/recover-a-failed-webhook.md": [
    snippet("dead", ["server"], ["dead"]),
    snippet("replay", ["server"]),
    snippet("backfill", ["server"], ["found"]),
    snippet("outage", ["STRIPE_API_URL", "buySomething"]),
  ],
};

Deno.test("the recipe for a failed webhook finds and applies an event that an outage lost", async () => {
  const folder = await Deno.makeTempDir({ prefix: "recipe-" });
  try {
    await typeCheck(await writeModules(folder, PAGES));
    const runs = async (name: string, given: object) =>
      (await import(`file://${folder}/${name}.ts`)).run({ server, ...given });
    const buyer = await signUp(world);
    const { order_id, checkout_url } = await openCheckout(world, buyer);
    const buySomething = () => payCheckout(checkout_url, "4242424242424242");
    await withDeliveries(
      world,
      "exclusive",
      () => runs("outage", { STRIPE_API_URL: world.stripeUrl, buySomething }),
    );
    equal((await readOrder(world, buyer, order_id)).status, "pending");
    const { found } = await runs("backfill", {});
    ok(found.received > 0, JSON.stringify(found));
    equal(found.complete, true);
    await orderBecomes(world, buyer, order_id, "paid");
    await runs("replay", {});
    const { dead } = await runs("dead", {});
    // Other tests on this stack may leave events that can't be replayed, so the test reads only its
    // own events.
    const own = await withSql(world, (sql) =>
      sql<{ event_id: string }[]>`
      select event_id from farthing.inbox where facts ->> 'order_id' = ${order_id}`);
    const ids = own.map(({ event_id }) => event_id);
    ok(ids.length > 0);
    deepEqual(dead.filter(({ event_id }: { event_id: string }) => ids.includes(event_id)), []);
    await proven(world);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
