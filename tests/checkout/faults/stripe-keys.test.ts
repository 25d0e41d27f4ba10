/**
 * Stripe stores its first answer under the idempotency key of an order, and gives the same answer
 * to later requests with this key. If the first answer is an error, the order's checkout session
 * can't be requested again.
 */
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { Checkout } from "../../../supabase/functions/_shared/contracts/checkout.ts";
import { proven } from "../../support/project/database.ts";
import { data, post, refused } from "../../support/project/http.ts";
import { signUp } from "../../support/project/people.ts";
import { ordersOf, packageNamed, readOrder } from "../../support/money/purchases.ts";
import { control, sessionsOf } from "../../support/money/stripe.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
/** The number of requests that a call to Stripe sends: the first one and two retries. */
const ATTEMPTS = 3;

async function withFault(fault: object, use: () => Promise<void>): Promise<void> {
  const where = { method: "POST", path: "/v1/checkout/sessions" };
  await control(world, "POST", "faults", { ...where, ...fault });
  try {
    await use();
  } finally {
    await control(world, "DELETE", "faults");
  }
}

/**
 * Signs up a buyer. Also returns a function that opens a checkout, as a click on a package does. By
 * default, each click has a new idempotency key.
 */
async function makeBuyer() {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  const click = (key: string = crypto.randomUUID()) =>
    post(world, "checkout", buyer.as, { package_id: id }, { key });
  return { buyer, click };
}

Deno.test("an order that Stripe refused expires, and the next call makes a new order", async () => {
  const { buyer, click } = await makeBuyer();
  const key = crypto.randomUUID();
  await withFault({ status: 500, times: ATTEMPTS }, async () => {
    equal(refused(await click(key), 502, "upstream_unavailable").retryable, true);
  });
  const [spent] = await ordersOf(world, buyer);
  const checkout = data(await click(key), 201, Checkout);
  notEqual(checkout.order_id, spent!.order_id);
  equal((await readOrder(world, buyer, spent!.order_id)).status, "expired");
  deepEqual(await sessionsOf(world, checkout.order_id), [checkout.checkout_session_id]);
  await proven(world);
});

Deno.test("a second tab waits for the first tab's session, and gets the same session", async () => {
  const { buyer, click } = await makeBuyer();
  // Stripe makes the session of the first click after 8 s. The second click does not wait that
  // long, so it is refused. The functions wait up to 10 s for Stripe, so the first click succeeds.
  await withFault({ delay_ms: 8_000 }, async () => {
    const first = click();
    await until("the order is begun", async () => (await ordersOf(world, buyer)).at(0));
    const second = await click();
    refused(second, 409, "idempotency_in_progress");
    equal(second.headers.get("retry-after"), "1");
    const opened = data(await first, 201, Checkout);
    const again = data(await click(), 201, Checkout);
    equal(again.checkout_session_id, opened.checkout_session_id);
    equal((await ordersOf(world, buyer)).length, 1);
  });
  await proven(world);
});
