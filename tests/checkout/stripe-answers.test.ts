/** The checkout validates Stripe's answers and does not use invalid answers. */
import { deepEqual, equal } from "node:assert/strict";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { proven } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { data, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { ordersOf, packageNamed } from "../support/money/purchases.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();

interface Answer {
  status?: number;
  body: object;
}

type Change = (honest: Record<string, unknown>) => Answer;

/** Starts a proxy of Stripe that applies `change` to Stripe's answers, unless `change` is null. */
function startLiar() {
  const liar: { change: Change | null } = { change: null };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers, body } = request;
      const target = `${world.stripeUrl}${pathname}${search}`;
      const honest = await fetch(new Request(target, { method, headers, body }));
      const object = await honest.json();
      const { status = honest.status, body: answer } = liar.change?.(object) ?? { body: object };
      return Response.json(answer, { status });
    },
  );
  return { liar, server, url: `http://127.0.0.1:${server.addr.port}` };
}

const LIES: [string, Change][] = [
  ["T20: a 404 without an error", () => ({ status: 404, body: { message: "no such route" } })],
  ["T20: a 200 of another object", (it) => ({ body: { ...it, object: "payment_link" } })],
  ["T20: a 200 without an object", () => ({ body: {} })],
  ["T20: a 200 without a url", (it) => ({ body: { ...it, url: null } })],
  ["T20: a 200 without an id", (it) => ({ body: { ...it, id: undefined } })],
  ["T24: a session of zero", (it) => ({ body: { ...it, amount_total: 0 } })],
  ["T24: a session of another amount", (it) => ({ body: { ...it, amount_total: 998 } })],
  ["T24: a session in another currency", (it) => ({ body: { ...it, currency: "eur" } })],
];

async function lieAndRecover(lied: World, liar: { change: Change | null }, change: Change) {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  const key = crypto.randomUUID();
  const start = () => post(lied, "checkout", buyer.as, { package_id: id }, { key });
  liar.change = change;
  const error = refused(await start(), 502, "upstream_unavailable");
  deepEqual([error.retryable, error.details], [true, undefined]);
  deepEqual((await ordersOf(world, buyer)).map(({ session_id }) => session_id), [null]);

  // A repeated request with the same idempotency key calls Stripe again for the order that already
  // exists.
  liar.change = null;
  const checkout = data(await start(), 201, Checkout);
  const orders = await ordersOf(world, buyer);
  deepEqual(orders.map(({ session_id }) => session_id), [checkout.checkout_session_id]);
  const session = await stripeOf(world).checkout.sessions.retrieve(checkout.checkout_session_id);
  deepEqual([session.client_reference_id, session.amount_total], [checkout.order_id, 999]);
  deepEqual(data(await start(), 201, Checkout), checkout);
}

Deno.test("checkout accepts only the session that it requested from Stripe", async (t) => {
  const { liar, server, url } = startLiar();
  try {
    await withDeployment(world, { STRIPE_API_URL: url }, async (lied) => {
      for (const [name, change] of LIES) {
        await t.step(name, () => lieAndRecover(lied, liar, change));
      }
    });
  } finally {
    await server.shutdown();
  }
  await proven(world);
});

Deno.test("a checkout while Stripe refuses connections is refused as retryable", async () => {
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = gone.addr;
  gone.close();
  await withDeployment(world, { STRIPE_API_URL: `http://127.0.0.1:${port}` }, async (cut) => {
    const buyer = await signUp(world);
    const { id } = await packageNamed(world, "Starter");
    const key = crypto.randomUUID();
    const body = { package_id: id };
    const error = refused(
      await post(cut, "checkout", buyer.as, body, { key }),
      503,
      "upstream_unavailable",
    );
    equal(error.retryable, true);
    const checkout = data(await post(world, "checkout", buyer.as, body, { key }), 201, Checkout);
    deepEqual((await ordersOf(world, buyer)).map(({ session_id }) => session_id), [
      checkout.checkout_session_id,
    ]);
  });
});
