import { deepEqual, equal } from "node:assert/strict";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openSession, startReceiver } from "./harness.ts";

Deno.test("a restart keeps objects, keys, secrets and undelivered events", async () => {
  const dir = await Deno.makeTempDir();
  const dataFile = `${dir}/stripe.json`;
  const key = { idempotencyKey: "once" };
  const written = await (async () => {
    await using emulator = await startTestEmulator({ dataFile });
    const { stripe } = emulator;
    await emulator.control("POST", "/deliveries/hold");
    await emulator.control("POST", "/webhook_endpoints", {
      url: "http://127.0.0.1:9",
      secret: "w",
    });
    const session = await openSession(stripe);
    await payCheckout(session.url ?? "");
    const customer = await stripe.customers.create({ email: "a@example.com" }, key);
    const removed = await stripe.products.create({ name: "Gone" });
    await stripe.products.del(removed.id);
    return {
      customer: customer.id,
      session: await stripe.checkout.sessions.retrieve(session.id),
      events: (await stripe.events.list({ limit: 100 })).data,
    };
  })();

  await using emulator = await startTestEmulator({ dataFile });
  const { stripe } = emulator;
  deepEqual(await stripe.checkout.sessions.retrieve(written.session.id), written.session);
  deepEqual((await stripe.events.list({ limit: 100 })).data, written.events);
  const again = await stripe.customers.create({ email: "a@example.com" }, key);
  equal(again.id, written.customer);
  equal((await stripe.products.list({ active: true })).data.length, 0);

  await using receiver = startReceiver(stripe, "w", emulator.clock);
  const { data: [endpoint] } = await stripe.webhookEndpoints.list();
  await stripe.webhookEndpoints.update(endpoint?.id ?? "", { url: receiver.url });
  await emulator.control("POST", "/deliveries/release");
  equal(receiver.events.length, written.events.length);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a data file whose last line was cut off by a kill loses only that line", async () => {
  const dir = await Deno.makeTempDir();
  const dataFile = `${dir}/stripe.json`;
  await (async () => {
    await using emulator = await startTestEmulator({ dataFile });
    await emulator.stripe.customers.create({ email: "a@example.com" });
  })();
  await Deno.writeTextFile(dataFile, '{"table":"customer","id":"cus_1","val', { append: true });
  await using emulator = await startTestEmulator({ dataFile });
  equal((await emulator.stripe.customers.list()).data.length, 1);
  await emulator.control("POST", "/reset", { keep_webhook_endpoints: false });
  equal(await Deno.readTextFile(dataFile), "");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a call is in the data file before it is answered", async () => {
  const dir = await Deno.makeTempDir();
  const dataFile = `${dir}/stripe.json`;
  await using emulator = await startTestEmulator({ dataFile });
  const { id } = await emulator.stripe.customers.create({ email: "a@example.com" });
  equal((await Deno.readTextFile(dataFile)).includes(id), true);
  await Deno.remove(dir, { recursive: true });
});
