/** Tests the API versions of events for endpoints and accounts, through the official SDK. */
import { deepEqual, equal, ok } from "node:assert/strict";
import Stripe from "stripe";
import { API_VERSION } from "../core/settings.ts";
import { startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { openProvider } from "./connect-harness.ts";
import { pay, refusal, startReceiver } from "./harness.ts";

type Fields = Record<string, unknown>;

const SECRET = "whsec_versions";

async function useVersion(emulator: TestEmulator, api_version: string): Promise<void> {
  await emulator.control("POST", "/account", { api_version });
}

async function newest(stripe: Stripe, type: string): Promise<Stripe.Event> {
  const { data: [event] } = await stripe.events.list({ type });
  ok(event, type);
  return event;
}

Deno.test("the emulator's version is the SDK's", () => {
  equal(API_VERSION, Stripe.API_VERSION);
});

Deno.test("each endpoint receives events in its own API version, or else in the account's", async () => {
  await using emulator = await startTestEmulator({ webhookSecret: SECRET });
  const { stripe, clock } = emulator;
  await useVersion(emulator, "2022-08-01");
  const versions = [API_VERSION, "2020-03-02", undefined] as const;
  await using stack = new AsyncDisposableStack();
  const received: Stripe.Event[][] = [];
  for (const api_version of versions) {
    const receiver = stack.use(startReceiver(stripe, SECRET, clock));
    const enabled_events = ["payment_intent.succeeded"] as const;
    const params = { url: receiver.url, enabled_events: [...enabled_events] };
    const endpoint = await stripe.webhookEndpoints.create({
      ...params,
      ...(api_version !== undefined && { api_version }),
    });
    equal(endpoint.api_version, api_version ?? null);
    received.push(receiver.events);
  }
  const { latest_charge } = await pay(stripe);
  await emulator.control("POST", "/deliveries/flush");
  const events = received.map(([event]) => event);
  deepEqual(events.map((event) => event?.api_version), [API_VERSION, "2020-03-02", "2022-08-01"]);
  equal(new Set(events.map((event) => event?.id)).size, 1);
  const objects = events.map((event) => event?.data.object as unknown as Fields);
  deepEqual(objects.map((each) => each.latest_charge), [latest_charge, undefined, undefined]);
  for (const { charges } of objects.slice(1)) {
    deepEqual((charges as { data: { id: string }[] }).data.map(({ id }) => id), [latest_charge]);
  }
});

Deno.test("a listed event keeps the account's API version at the time of the event", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  await useVersion(emulator, "2018-11-08");
  await pay(stripe);
  await stripe.paymentIntents.create({ amount: 100, currency: "usd" });
  await useVersion(emulator, API_VERSION);
  const old = await newest(stripe, "payment_intent.succeeded");
  equal(old.api_version, "2018-11-08");
  ok(!("latest_charge" in old.data.object) && "charges" in old.data.object);
  deepEqual(await stripe.events.retrieve(old.id), old);
  const opened = await newest(stripe, "payment_intent.created");
  equal((opened.data.object as { status: string }).status, "requires_source");
  const paid = await newest(stripe, "charge.succeeded");
  ok("refunds" in paid.data.object);
  await pay(stripe);
  equal((await newest(stripe, "payment_intent.succeeded")).api_version, API_VERSION);
  // Unlike an event, a retrieved object has the version of the request.
  const { id } = old.data.object as unknown as { id: string };
  ok((await stripe.paymentIntents.retrieve(id)).latest_charge);
});

Deno.test("the oldest API version renders a connected account with verification and transfers", async () => {
  await using emulator = await startTestEmulator();
  await useVersion(emulator, "2017-02-14");
  const id = await openProvider(emulator.stripe);
  const list = { type: "account.updated" as const };
  const { data: [event] } = await emulator.stripe.events.list(list, { stripeAccount: id });
  const account = event?.data.object as unknown as Fields;
  deepEqual([account.transfers_enabled, account.payouts_enabled], [true, undefined]);
  deepEqual([typeof account.verification, account.requirements], ["object", undefined]);
});

Deno.test("an unknown API version is refused, and so are requests in an older one", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const endpoint = { url: "http://127.0.0.1:9", enabled_events: ["charge.failed" as const] };
  const wrong = { ...endpoint, api_version: "2030-01-01" as never };
  equal((await refusal(stripe.webhookEndpoints.create(wrong))).param, "api_version");
  const old = emulator.client({ apiVersion: "2020-03-02" as never });
  equal((await refusal(old.balance.retrieve())).statusCode, 400);
});
