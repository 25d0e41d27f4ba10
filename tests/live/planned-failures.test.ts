/**
 * The failures that a launch must notice. Each test causes a failure on a stack in live mode,
 * checks its effect, and ends the failure. packages/local-stack/README.md has a table of all these
 * failures.
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { openCheckout, orderBecomes, readOrder } from "../support/money/purchases.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { withSql } from "../support/project/database.ts";
import { backEnd, get, nobody, post, send } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const WEBHOOK = `${world.url}/functions/v1/stripe-webhook`;

interface Delivery {
  type: string;
  event: string;
  attempts: number;
  last_status: number | null;
}

/** Calls a switch of the stack, such as `mail/stop`. Returns the status of the response. */
async function turn(path: string, body: object = {}): Promise<number> {
  const init = { method: "POST", headers: backEnd(world), body: JSON.stringify(body) };
  return (await send(`${world.url}/stack/${path}`, init)).status;
}

const endpoint = (changes: object = {}) =>
  control(world, "POST", "webhook_endpoints", { url: WEBHOOK, ...changes });

/** Buys Starter without waiting for the webhook. */
async function payStarter(): Promise<{ buyer: Person; orderId: string; sessionId: string }> {
  const buyer = await signUp(world);
  const checkout = await openCheckout(world, buyer);
  equal((await payCheckout(checkout.checkout_url)).result, "paid");
  return { buyer, orderId: checkout.order_id, sessionId: checkout.checkout_session_id };
}

async function completedEvent(sessionId: string): Promise<string> {
  const list = await stripeOf(world).events.list({
    type: "checkout.session.completed",
    limit: 100,
  });
  const found = list.data.find(({ data: { object } }) =>
    (object as { id: string }).id === sessionId
  );
  return found!.id;
}

async function pendingOf(event: string): Promise<Delivery | undefined> {
  const answer = await fetch(
    `${world.stripeUrl}/_emulator/deliveries?state=pending&event=${event}`,
  );
  const { data: [first] } = await answer.json() as { data: Delivery[] };
  return first;
}

const LOST: {
  name: string;
  plan: () => Promise<unknown>;
  end: () => Promise<unknown>;
  status: number;
}[] = [
  {
    name: "a wrong signing secret",
    plan: () => endpoint({ secret: "whsec_wrong" }),
    end: () => endpoint({ secret: world.webhookSecret }),
    status: 400,
  },
  {
    name: "events of the other mode",
    plan: () => control(world, "POST", "deliveries/livemode", { livemode: false }),
    end: () => control(world, "POST", "deliveries/livemode"),
    status: 400,
  },
  {
    name: "failing deliveries",
    plan: () => control(world, "POST", "deliveries/fail", { percent: 100 }),
    end: () => control(world, "POST", "deliveries/fail", { percent: 0 }),
    status: 503,
  },
  {
    name: "a webhook function that answers 500",
    plan: () => turn("functions/fault", { path: "stripe-webhook", status: 500 }),
    end: () => turn("functions/ok"),
    status: 500,
  },
];

for (const { name, plan, end, status } of LOST) {
  Deno.test(`${name}: the order stays unpaid, and is paid once the failure has ended`, async () => {
    await plan();
    let paid;
    try {
      paid = await payStarter();
      const event = await completedEvent(paid.sessionId);
      const failed = await until("the delivery has failed", async () => {
        const delivery = await pendingOf(event);
        return delivery && delivery.attempts > 0 ? delivery : undefined;
      });
      equal(failed.last_status, status);
      equal((await readOrder(world, paid.buyer, paid.orderId)).status, "pending");
    } finally {
      await end();
    }
    await control(world, "POST", "deliveries/flush");
    await orderBecomes(world, paid.buyer, paid.orderId, "paid");
  });
}

Deno.test("a disabled endpoint gets no events, and a repeated delivery pays the order", async () => {
  await endpoint({ disabled: true });
  let paid, event;
  try {
    paid = await payStarter();
    event = await completedEvent(paid.sessionId);
    equal(await pendingOf(event), undefined);
  } finally {
    equal((await endpoint()).status, "enabled");
  }
  equal((await readOrder(world, paid.buyer, paid.orderId)).status, "pending");
  await control(world, "POST", `events/${event}/deliver`);
  await orderBecomes(world, paid.buyer, paid.orderId, "paid");
});

Deno.test("calls of a route are made slow or fail, and calls of other routes are not", async () => {
  const timed = async (path: string) => {
    const start = performance.now();
    const { status } = await get(world, path, nobody);
    return { status, ms: performance.now() - start };
  };
  equal(await turn("functions/fault", { path: "checkout/packages", delay_ms: 300 }), 204);
  equal(await turn("functions/fault", { path: "health/live", percent: 50, status: 500 }), 204);
  try {
    const slow = await timed("checkout/packages");
    equal(slow.status, 200);
    ok(slow.ms >= 299, `${slow.ms} ms`);
    const calls = [1, 2, 3, 4].map(() => timed("health/live"));
    deepEqual((await Promise.all(calls)).map(({ status }) => status).toSorted(), [
      ...[200, 200, 500, 500],
    ]);
  } finally {
    equal(await turn("functions/ok"), 204);
  }
  equal((await timed("health/live")).status, 200);
});

Deno.test("more than 80 percent of the database's connections are used, and purchases go on", async () => {
  const percent = () =>
    withSql(world, async (sql) => {
      const [row] = await sql<{ percent: number }[]>`
        select (sum(value) filter (where name = 'database_connections') * 100 /
          sum(value) filter (where name = 'database_connections_max'))::float as percent
        from farthing.connection_figures()`;
      return row!.percent;
    });
  equal(await turn("database/fill", { percent: 85 }), 204);
  try {
    ok(await percent() >= 85);
    const { buyer, orderId } = await payStarter();
    await orderBecomes(world, buyer, orderId, "paid");
  } finally {
    equal(await turn("database/release"), 204);
  }
  await until("the connections are closed", async () => await percent() < 80 || undefined);
});

Deno.test("mail refuses connections until it starts again", async () => {
  const read = async () => (await send(`${world.mailUrl}/messages`, {})).status;
  equal(await turn("mail/stop"), 204);
  try {
    await rejects(read());
  } finally {
    equal(await turn("mail/start"), 204);
  }
  equal(await read(), 200);
});

Deno.test("a switch is refused without the secret key, and a malformed request changes nothing", async () => {
  const init = { method: "POST", headers: { apikey: world.publishableKey } };
  equal((await send(`${world.url}/stack/database/fill`, init)).status, 401);
  equal(await turn("database/fill", { percent: 100 }), 422);
  equal(await turn("functions/fault", { path: "usage" }), 422);
  equal((await post(world, "usage", backEnd(world), {})).status, 400);
});
