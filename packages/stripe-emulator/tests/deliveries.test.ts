import { waitFor } from "@farthing/command-line";
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Delivery } from "../resources/deliveries.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { startReceiver } from "./harness.ts";

const SECRET = "whsec_deliveries";
const DEADLINE_MS = 60_000;

/**
 * Starts an emulator and a webhook receiver. The returned `customers` creates three customers,
 * which emits three events.
 */
async function start(delivery = { firstRetryMs: 1_000 }) {
  const emulator = await startTestEmulator({ delivery });
  const receiver = startReceiver(emulator.stripe, SECRET, emulator.clock);
  const { control, stripe } = emulator;
  const registered = { url: receiver.url, secret: SECRET };
  const endpoint = await control("POST", "/webhook_endpoints", registered) as { id: string };
  return {
    emulator,
    receiver,
    endpoint,
    async customers() {
      for (const email of ["a@example.com", "b@example.com", "c@example.com"]) {
        await stripe.customers.create({ email });
      }
      const { data } = await stripe.events.list({ type: "customer.created" });
      return data.map((event) => event.id).reverse();
    },
    async open() {
      const { data } = await control("POST", "/deliveries/flush") as { data: Delivery[] };
      return data;
    },
    async [Symbol.asyncDispose]() {
      await emulator[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a delivery is repeated with growing pauses until the endpoint answers 2xx", async () => {
  await using scene = await start();
  const { emulator, receiver } = scene;
  receiver.answers.push(500, 404, 302);
  await emulator.stripe.customers.create({ email: "a@example.com" });
  await receiver.arrived(1);
  const pauses = [1_000, 2_000, 4_000];
  for (const [index, pause] of pauses.entries()) {
    const wanted = async () => {
      const { data } = await emulator.control("GET", "/deliveries") as { data: Delivery[] };
      return data[0]?.attempts === index + 1 ? data[0] : undefined;
    };
    const delivery = await waitFor(wanted, DEADLINE_MS, 1);
    ok(delivery, "the attempt was not made");
    equal(delivery.next_attempt_ms - emulator.clock.now.getTime(), pause);
    emulator.clock.now = new Date(delivery.next_attempt_ms);
    await receiver.arrived(index + 2);
  }
  deepEqual(await scene.open(), []);
  const [event] = (await emulator.stripe.events.list()).data;
  equal(event?.pending_webhooks, 0);
  ok(receiver.events.every((each) => each.id === event?.id));
});

Deno.test("a failing event does not delay others, and counts as pending", async () => {
  await using scene = await start();
  const { emulator, receiver } = scene;
  receiver.answers.push(500);
  const [first, second, third] = await scene.customers();
  await receiver.arrived(3);
  const pending = async () => {
    const { data } = await emulator.control("GET", "/deliveries?state=pending") as {
      data: Delivery[];
    };
    return data.length === 1 && data[0]?.attempts === 1 ? data[0] : undefined;
  };
  const failing = (await waitFor(pending, DEADLINE_MS, 1))?.event ?? "";
  ok([first, second, third].includes(failing));
  const retrieved = await emulator.stripe.events.retrieve(failing);
  equal(retrieved.pending_webhooks, 1);
  const unsuccessful = await emulator.stripe.events.list({ delivery_success: false });
  deepEqual(unsuccessful.data.map((event) => event.id), [retrieved.id]);
  deepEqual(await scene.open(), []);
});

Deno.test("a delivery is given up after the configured time", async () => {
  const emulator = await startTestEmulator({
    delivery: { firstRetryMs: 1_000, giveUpAfterMs: 500 },
  });
  await using _stand = emulator;
  await emulator.control("POST", "/webhook_endpoints", { url: "http://127.0.0.1:9/closed" });
  await emulator.stripe.customers.create({});
  await emulator.control("POST", "/deliveries/flush");
  const { data } = await emulator.control("GET", "/deliveries") as { data: Delivery[] };
  deepEqual(data.map(({ state, attempts, last_status }) => [state, attempts, last_status]), [
    ["failed", 1, null],
  ]);
});

Deno.test("held deliveries are released in the requested order", async () => {
  await using scene = await start();
  const { emulator: { control }, receiver } = scene;
  for (const order of ["created", "reverse", "listed"] as const) {
    receiver.events.length = 0;
    await control("POST", "/deliveries/hold");
    const ids = await scene.customers().then((all) => all.slice(-3));
    const [a = "", b = "", c = ""] = ids;
    const wanted = { created: [a, b, c], reverse: [c, b, a], listed: [b, c, a] }[order];
    equal(receiver.events.length, 0);
    await control("POST", "/deliveries/release", { order: order === "listed" ? wanted : order });
    deepEqual(receiver.events.map((event) => event.id), wanted);
  }
});

Deno.test("deliveries are duplicated at release, by rule, and for one event, also concurrently", async () => {
  await using scene = await start();
  const { emulator: { control }, receiver } = scene;
  await control("POST", "/deliveries/hold", { types: ["customer.*"] });
  const [first] = await scene.customers();
  await control("POST", "/deliveries/release", { copies: 2, parallel: true });
  equal(receiver.events.length, 6);
  equal(receiver.events.filter((event) => event.id === first).length, 2);

  const { data } = await control("POST", `/events/${first}/deliver`, { copies: 3 });
  deepEqual((data as Delivery[]).map(({ state }) => state), [
    "delivered",
    "delivered",
    "delivered",
  ]);
  equal(receiver.events.length, 9);

  await control("POST", "/deliveries/copies", { copies: 2 });
  await scene.customers();
  await receiver.arrived(15);
});

Deno.test("dropped deliveries never arrive, but their events are listed", async () => {
  await using scene = await start();
  const { emulator: { control, stripe }, receiver } = scene;
  await control("POST", "/deliveries/hold");
  await scene.customers();
  const { data: [, second] } = await stripe.events.list({ type: "customer.created" });
  deepEqual(await control("POST", "/deliveries/drop", { events: [second!.id] }), { dropped: 1 });
  deepEqual(await control("POST", "/deliveries/drop"), { dropped: 2 });
  await control("POST", "/deliveries/release");
  equal(receiver.events.length, 0);
  equal((await stripe.events.list({ type: "customer.created" })).data.length, 3);
});

Deno.test("an endpoint receives its enabled event types, and none when disabled or deleted", async () => {
  await using scene = await start();
  const { emulator: { stripe, control }, receiver, endpoint } = scene;
  await stripe.webhookEndpoints.update(endpoint.id, { enabled_events: ["product.created"] });
  await scene.customers();
  await stripe.products.create({ name: "Plus" });
  await control("POST", "/deliveries/flush");
  deepEqual(receiver.events.map((event) => event.type), ["product.created"]);

  const disabled = await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
  equal(disabled.status, "disabled");
  await stripe.products.create({ name: "Pro" });
  deepEqual(await scene.open(), []);
  await stripe.webhookEndpoints.del(endpoint.id);
  equal((await stripe.webhookEndpoints.list()).data.length, 0);
  equal(receiver.events.length, 1);
});

Deno.test("the signing secret is shown once, and each endpoint has its own", async () => {
  await using emulator = await startTestEmulator();
  const params = { url: "http://127.0.0.1:9/a", enabled_events: ["*" as const] };
  const first = await emulator.stripe.webhookEndpoints.create(params);
  const second = await emulator.stripe.webhookEndpoints.create({
    ...params,
    url: "http://127.0.0.1:9/b",
  });
  ok(first.secret?.startsWith("whsec_"));
  ok(first.secret !== second.secret);
  const again = await emulator.stripe.webhookEndpoints.retrieve(first.id);
  equal(again.secret, undefined);
});

Deno.test("registering a URL twice through the control makes one endpoint", async () => {
  await using emulator = await startTestEmulator();
  const body = { url: "http://127.0.0.1:9/a", secret: "whsec_a" };
  const first = await emulator.control("POST", "/webhook_endpoints", body);
  const second = await emulator.control("POST", "/webhook_endpoints", {
    ...body,
    secret: "whsec_b",
  });
  deepEqual([second.id, second.secret], [first.id, "whsec_b"]);
});

Deno.test("reset deletes everything but the webhook endpoints, and these too if asked", async () => {
  await using scene = await start();
  const { emulator: { control, stripe } } = scene;
  await control("POST", "/deliveries/hold");
  await scene.customers();
  await control("POST", "/reset");
  equal((await stripe.events.list()).data.length, 0);
  equal((await stripe.customers.list()).data.length, 0);
  equal((await stripe.webhookEndpoints.list()).data.length, 1);
  await control("POST", "/reset", { keep_webhook_endpoints: false });
  equal((await stripe.webhookEndpoints.list()).data.length, 0);
});
