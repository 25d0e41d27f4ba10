/** The states of a checkout, and the URLs to which a checkout may return the buyer. */
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { crowd } from "../support/project/crowd.ts";
import { countEntries, proven, withDeliveries } from "../support/project/database.ts";
import { data, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import {
  balanceOf,
  buy,
  openCheckout,
  orderBecomes,
  packageNamed,
  readOrder,
} from "../support/money/purchases.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import type { World } from "../support/project/world.ts";
import type { Scenario } from "./scenario.ts";

async function declinedCard(world: World): Promise<void> {
  const buyer = await signUp(world);
  const checkout = await openCheckout(world, buyer);
  const refusal = await payCheckout(checkout.checkout_url, "4000000000000002");
  deepEqual([refusal.result, refusal.status], ["refused", 402]);
  const noFunds = await payCheckout(checkout.checkout_url, "4000000000009995");
  equal(noFunds.result, "refused");
  equal((await readOrder(world, buyer, checkout.order_id)).status, "pending");
  await withDeliveries(world, "shared", async () => {
    equal((await payCheckout(checkout.checkout_url)).result, "paid");
    await orderBecomes(world, buyer, checkout.order_id, "paid");
  });
  equal(await countEntries(world, buyer.id), 1);
  await proven(world);
}

async function expiredSession(world: World): Promise<void> {
  const buyer = await signUp(world);
  const checkout = await openCheckout(world, buyer);
  await withDeliveries(world, "shared", async () => {
    await stripeOf(world).checkout.sessions.expire(checkout.checkout_session_id);
    await orderBecomes(world, buyer, checkout.order_id, "expired");
  });
  equal((await payCheckout(checkout.checkout_url)).result, "refused");
  const again = await openCheckout(world, buyer);
  notEqual(again.order_id, checkout.order_id);
  notEqual(again.checkout_session_id, checkout.checkout_session_id);
  equal(await countEntries(world, buyer.id), 0);
  await proven(world);
}

async function delayed(world: World, outcome: "succeeds" | "fails"): Promise<void> {
  const buyer = await signUp(world);
  const checkout = await openCheckout(world, buyer);
  const settled = outcome === "succeeds" ? "paid" : "failed";
  await withDeliveries(world, "shared", async () => {
    const method = "us_bank_account" as const;
    equal((await payCheckout(checkout.checkout_url, "", { method, outcome })).result, "paid");
    await orderBecomes(world, buyer, checkout.order_id, "processing");
    equal((await balanceOf(world, buyer.id)).balance, "0");
    const sessions = stripeOf(world).checkout.sessions;
    const { payment_intent } = await sessions.retrieve(checkout.checkout_session_id);
    await control(world, "POST", `payments/${payment_intent}/settle`);
    await orderBecomes(world, buyer, checkout.order_id, settled);
  });
  equal((await balanceOf(world, buyer.id)).balance, outcome === "succeeds" ? "9990" : "0");
  await proven(world);
}

async function samePackageTwice(world: World): Promise<void> {
  const buyer = await signUp(world);
  const first = await openCheckout(world, buyer);
  const second = await openCheckout(world, buyer);
  deepEqual(
    [second.order_id, second.checkout_session_id, second.checkout_url],
    [first.order_id, first.checkout_session_id, first.checkout_url],
  );
  const other = await openCheckout(world, buyer, "Plus");
  notEqual(other.order_id, first.order_id);
  const somebodyElse = await openCheckout(world, await signUp(world));
  notEqual(somebodyElse.order_id, first.order_id);
  await withDeliveries(world, "shared", async () => {
    equal((await payCheckout(first.checkout_url)).result, "paid");
    await orderBecomes(world, buyer, first.order_id, "paid");
  });
  notEqual((await openCheckout(world, buyer)).order_id, first.order_id);
  await proven(world);
}

const FOREIGN = [
  "https://evil.test/back",
  "http://localhost:3000.evil.test/",
  "http://localhost:3000@evil.test/",
  "http://user:password@localhost:3000/",
  "http://localhost.:3000/",
  "http://localhost:*/",
  "http://127.1:3000/",
  "//localhost:3000/",
  "javascript:alert(1)",
  "data:text/html,x",
  "not a url",
  "",
  "http://{ORDER_ID}:3000/",
  "http://{ORDER_ID}@localhost:3000/",
  "http://localhost:{ORDER_ID}/",
  "{ORDER_ID}://localhost:3000/",
];

const CHECKOUTS_A_MINUTE = 10;

async function foreignUrls(world: World): Promise<void> {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  const caller = crowd(world, CHECKOUTS_A_MINUTE);
  for (const field of ["success_url", "cancel_url"]) {
    for (const url of FOREIGN) {
      const answer = await post(world, "checkout", await caller(), {
        package_id: id,
        [field]: url,
      });
      refused(answer, 400, "invalid_request", field);
    }
  }
  const own = "http://localhost:3000/done?session={CHECKOUT_SESSION_ID}&order=";
  const success_url = `${own}{ORDER_ID}`;
  const body = { package_id: id, success_url, cancel_url: "http://localhost:3000/%7BORDER_ID%7D" };
  const checkout = data(await post(world, "checkout", buyer.as, body), 201, Checkout);
  const again = data(await post(world, "checkout", buyer.as, body), 201, Checkout);
  equal(again.checkout_session_id, checkout.checkout_session_id);
  const session = await stripeOf(world).checkout.sessions.retrieve(checkout.checkout_session_id);
  deepEqual([session.success_url, session.cancel_url], [
    own + checkout.order_id,
    `http://localhost:3000/${checkout.order_id}`,
  ]);
  deepEqual([session.client_reference_id, session.amount_total, session.currency], [
    checkout.order_id,
    999,
    "usd",
  ]);
  const unknown = await post(world, "checkout", buyer.as, { package_id: "gold" });
  refused(unknown, 422, "unknown_package", "package_id");
}

async function authenticated(world: World): Promise<void> {
  const buyer = await signUp(world);
  const checkout = await openCheckout(world, buyer, "Pro");
  await withDeliveries(world, "shared", async () => {
    const card = "4000002760003184";
    const failed = await payCheckout(checkout.checkout_url, card, { authentication: "fail" });
    equal(failed.result, "refused");
    equal((await payCheckout(checkout.checkout_url, card)).result, "paid");
    await orderBecomes(world, buyer, checkout.order_id, "paid");
  });
  equal((await balanceOf(world, buyer.id)).balance, "54990");
  await proven(world);
}

async function twoOrders(world: World): Promise<void> {
  const buyer = await signUp(world);
  await buy(world, buyer, "Starter");
  await buy(world, buyer, "Starter");
  equal((await balanceOf(world, buyer.id)).balance, "19980");
  equal(await countEntries(world, buyer.id, "purchase"), 2);
  await proven(world);
}

export const checkoutStates: Scenario[] = [
  {
    name: "a checkout stays open after a declined card and accepts the next card",
    run: declinedCard,
  },
  {
    name: "an expired checkout grants nothing, and the next is a new one",
    run: expiredSession,
  },
  {
    name: "T4: a checkout with a delayed method grants nothing while unpaid and once when paid",
    run: (world) => delayed(world, "succeeds"),
  },
  {
    name: "T4: a checkout with a delayed method that fails grants nothing",
    run: (world) => delayed(world, "fails"),
  },
  { name: "two checkouts of one package are one session", run: samePackageTwice },
  { name: "a checkout returns only to allowed origins", run: foreignUrls },
  { name: "a checkout with a card that needs authentication is paid after it", run: authenticated },
  { name: "a checkout of a paid package is a second order", run: twoOrders },
];
