/** A change of the catalogue does not affect sold orders and checkouts that are already open. */
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { sell, withdraw } from "./own-prices.ts";
import { proven, withDeliveries, withPackages } from "../support/project/database.ts";
import { data, get, nobody, post, refused } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { balanceOf, orderBecomes, readOrder } from "../support/money/purchases.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const OLD = { name: "Edited", amount: 500, credits: "5000", bonus: "100" };
const NEW = { name: "Edited twice", amount: 900, credits: "1000", bonus: "0" };

const start = (buyer: Person, packageId: string) =>
  post(world, "checkout", buyer.as, { package_id: packageId });

async function pay(buyer: Person, checkout: { order_id: string; checkout_url: string }) {
  return await withDeliveries(world, "shared", async () => {
    equal((await payCheckout(checkout.checkout_url)).result, "paid");
    // Two events can set the order to paid, but only the checkout session's event has `has_tax_id`.
    // The test waits for this event.
    return await until("the order has what the session's event said", async () => {
      const order = await orderBecomes(world, buyer, checkout.order_id, "paid");
      return order.has_tax_id === null ? undefined : order;
    });
  });
}

Deno.test("T15: a package edited after its sale changes no order and no balance", () =>
  withPackages(world, "shared", async () => {
    const id = crypto.randomUUID();
    await sell(world, id, 1, OLD);
    const buyer = await signUp(world);
    const opened = data(await start(buyer, id), 201, Checkout);
    const sold = await pay(buyer, opened);
    const late = await signUp(world);
    const open = data(await start(late, id), 201, Checkout);

    await sell(world, id, 2, NEW);
    deepEqual(await readOrder(world, buyer, opened.order_id), sold);
    equal((await balanceOf(world, buyer.id)).balance, "5100");
    // The checkout was opened before the change, so it is paid and granted at the old price.
    const paid = await pay(late, open);
    deepEqual([paid.amount, paid.package_name, paid.total_credits], [500, "Edited", "5100"]);
    equal((await balanceOf(world, late.id)).balance, "5100");

    await withdraw(world, id);
    deepEqual(await readOrder(world, buyer, opened.order_id), sold);
    equal((await balanceOf(world, buyer.id)).balance, "5100");
    refused(await start(buyer, id), 422, "unknown_package", "package_id");
    equal((await get(world, "checkout/packages", nobody)).text.includes(id), false);
    await proven(world);
  }));

Deno.test("T24: a checkout after a price change is a new session of the new amount", () =>
  withPackages(world, "shared", async () => {
    const id = crypto.randomUUID();
    await sell(world, id, 1, OLD);
    try {
      const buyer = await signUp(world);
      const before = data(await start(buyer, id), 201, Checkout);
      await sell(world, id, 2, NEW);
      const after = data(await start(buyer, id), 201, Checkout);
      notEqual(after.order_id, before.order_id);
      notEqual(after.checkout_session_id, before.checkout_session_id);
      deepEqual([before.amount, after.amount], [500, 900]);
      await pay(buyer, after);
      equal((await balanceOf(world, buyer.id)).balance, "1000");
      await pay(buyer, before);
      equal((await balanceOf(world, buyer.id)).balance, "6100");
      await proven(world);
    } finally {
      await withdraw(world, id);
    }
  }));
