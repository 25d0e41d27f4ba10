import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { Delivery } from "../resources/deliveries.ts";
import { startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { startReceiver } from "./harness.ts";

const SECRET = "whsec_planned";

/**
 * Starts an emulator whose events go to a receiver. Only `flush` repeats a failed delivery, because
 * the emulator itself would wait for an hour.
 */
async function start(mode: "test" | "live" = "test") {
  const emulator = await startTestEmulator({ mode, delivery: { firstRetryMs: 3_600_000 } });
  const receiver = startReceiver(emulator.stripe, SECRET, emulator.clock);
  const endpoint = { url: receiver.url, secret: SECRET };
  await emulator.control("POST", "/webhook_endpoints", endpoint);
  return {
    emulator,
    receiver,
    endpoint,
    async [Symbol.asyncDispose]() {
      await emulator[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

async function makeCustomers({ stripe }: TestEmulator, count: number): Promise<void> {
  for (let nr = 0; nr < count; nr++) await stripe.customers.create({ name: `${nr}` });
}

async function flush({ control }: TestEmulator): Promise<Delivery[]> {
  return (await control("POST", "/deliveries/flush")).data as Delivery[];
}

Deno.test("a share of events fails at each attempt, until the control ends it", async () => {
  await using scene = await start();
  const { emulator, receiver } = scene;
  const rule = { percent: 25, types: ["customer.*"] };
  await emulator.control("POST", "/deliveries/fail", rule);
  await makeCustomers(emulator, 8);
  await emulator.stripe.products.create({ name: "Plus" });
  await flush(emulator);
  const failed = await flush(emulator);
  deepEqual(failed.map(({ last_status, attempts }) => [last_status, attempts > 1]), [
    [503, true],
    [503, true],
  ]);
  equal(receiver.events.length, 7);
  equal((await emulator.stripe.events.list({ delivery_success: false })).data.length, 2);
  const { disorder } = await emulator.control("GET", "");
  deepEqual(disorder, { hold: [], copies: 1, fail: { ...rule, status: 503 } });
  await emulator.control("POST", "/deliveries/fail", { percent: 0 });
  deepEqual(await flush(emulator), []);
  equal(receiver.events.length, 9);
});

Deno.test("events can be delivered with the other mode's livemode, and with their own again", async () => {
  for (const mode of ["test", "live"] as const) {
    await using scene = await start(mode);
    const { emulator, receiver } = scene;
    const own = mode === "live";
    await emulator.control("POST", "/deliveries/livemode", { livemode: !own });
    await makeCustomers(emulator, 1);
    await flush(emulator);
    deepEqual(await emulator.control("POST", "/deliveries/livemode"), { livemode: own });
    await makeCustomers(emulator, 1);
    await flush(emulator);
    deepEqual(receiver.events.map(({ livemode }) => livemode), [!own, own]);
    const { data } = await emulator.stripe.events.list();
    deepEqual(data.map(({ livemode }) => livemode), [own, own], "Stripe's list is unchanged");
  }
});

Deno.test("a control disables an endpoint, gives it an old version, and restores it", async () => {
  await using scene = await start();
  const { emulator, receiver, endpoint } = scene;
  const change = (more: object) =>
    emulator.control("POST", "/webhook_endpoints", { ...endpoint, ...more });
  equal((await change({ disabled: true })).status, "disabled");
  await makeCustomers(emulator, 1);
  deepEqual(await flush(emulator), []);
  const old = await change({ api_version: "2018-05-21" });
  deepEqual([old.status, old.api_version], ["enabled", "2018-05-21"]);
  await makeCustomers(emulator, 1);
  await flush(emulator);
  await change({ api_version: "2026-10-28.endive" });
  await makeCustomers(emulator, 1);
  await flush(emulator);
  deepEqual(receiver.events.map(({ api_version }) => api_version), [
    "2018-05-21",
    "2026-10-28.endive",
  ]);
});

Deno.test("reset ends planned failures, and a malformed plan is refused", async () => {
  await using scene = await start();
  const { emulator: { control } } = scene;
  await control("POST", "/deliveries/fail");
  await control("POST", "/deliveries/livemode", { livemode: true });
  await control("POST", "/reset");
  deepEqual((await control("GET", "")).disorder, { hold: [], copies: 1 });
  for (const body of [{ percent: 101 }, { percent: 0.5 }, { status: 200 }, { share: 1 }]) {
    await rejects(control("POST", "/deliveries/fail", body), (error: Error) => {
      match(error.message, /percent|status|share/);
      return true;
    });
  }
});
