import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { onboardProvider } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { linkTo, openProvider } from "./connect-harness.ts";
import { eventTypes, refusal, startReceiver } from "./harness.ts";

function standing({ charges_enabled, payouts_enabled, details_submitted }: Stripe.Account) {
  return [charges_enabled, payouts_enabled, details_submitted];
}

Deno.test("a new account has no capabilities until its owner has onboarded", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const made = await stripe.accounts.create({
    type: "express",
    country: "DE",
    email: "p@example.com",
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    metadata: { provider_id: "p1" },
  });
  deepEqual(standing(made), [false, false, false]);
  deepEqual(
    [made.country, made.default_currency, made.email, made.type],
    ["DE", "eur", "p@example.com", "express"],
  );
  deepEqual(made.capabilities, { card_payments: "inactive", transfers: "inactive" });
  equal(made.requirements?.disabled_reason, "requirements.past_due");
  const { location } = await onboardProvider(await linkTo(stripe, made.id));
  equal(location, "http://localhost:3000/return");
  const done = await stripe.accounts.retrieve(made.id);
  deepEqual(standing(done), [true, true, true]);
  deepEqual(done.capabilities, { card_payments: "active", transfers: "active" });
  deepEqual([done.requirements?.disabled_reason, done.metadata], [null, { provider_id: "p1" }]);
});

Deno.test("an account is created with controller properties, changed, listed and deleted", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id, type, controller } = await stripe.accounts.create({
    controller: {
      fees: { payer: "application" },
      losses: { payments: "application" },
      stripe_dashboard: { type: "express" },
    },
    business_profile: { name: "Ada's" },
  });
  deepEqual(
    [type, controller?.fees?.payer, controller?.requirement_collection],
    ["express", "application", "stripe"],
  );
  const changed = await stripe.accounts.update(id, {
    email: "new@example.com",
    business_profile: { url: "https://ada.example" },
    capabilities: { card_payments: { requested: false } },
    metadata: { a: "1" },
  });
  deepEqual(
    [changed.email, changed.business_profile?.name, changed.business_profile?.url],
    ["new@example.com", "Ada's", "https://ada.example"],
  );
  deepEqual([changed.capabilities, changed.metadata], [{ transfers: "inactive" }, { a: "1" }]);
  deepEqual((await stripe.accounts.list()).data.map((each) => each.id), [id]);
  equal((await stripe.accounts.del(id)).deleted, true);
  const gone = await refusal(stripe.accounts.retrieve(id));
  deepEqual([gone.statusCode, gone.code], [403, "account_invalid"]);
});

Deno.test("a provider who has not onboarded or awaits review cannot receive money", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id } = await stripe.accounts.create({ type: "express" });
  const left = await onboardProvider(await linkTo(stripe, id), "leave");
  equal(left.location, "http://localhost:3000/return");
  deepEqual(standing(await stripe.accounts.retrieve(id)), [false, false, false]);
  await onboardProvider(await linkTo(stripe, id), "review");
  const waiting = await stripe.accounts.retrieve(id);
  deepEqual(standing(waiting), [false, false, true]);
  equal(waiting.requirements?.disabled_reason, "requirements.pending_verification");
});

Deno.test("an account link opens once within five minutes, then leads to a new one", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id } = await stripe.accounts.create({ type: "express" });
  const twice = await linkTo(stripe, id);
  await onboardProvider(twice, "leave");
  const late = await linkTo(stripe, id);
  emulator.clock.now = new Date(emulator.clock.now.getTime() + 5 * 60_000);
  for (const url of [twice, late]) {
    deepEqual(await onboardProvider(url), {
      location: "http://localhost:3000/refresh",
      status: 303,
    });
  }
  equal((await stripe.accounts.retrieve(id)).details_submitted, false);
  equal((await onboardProvider(`${emulator.url}/setup/e/${id}/unknown`)).status, 404);
  const refused = await refusal(linkTo(stripe, "acct_unknown"));
  equal(refused.code, "account_invalid");
});

Deno.test("controls restrict, disable and enable an account", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const id = await openProvider(stripe);
  const steps = [
    ["restrict", false, "requirements.past_due"],
    ["disable", false, "rejected.fraud"],
    ["enable", true, null],
  ] as const;
  for (const [action, enabled, reason] of steps) {
    await emulator.control("POST", `/accounts/${id}/${action}`);
    const { charges_enabled, payouts_enabled, requirements } = await stripe.accounts.retrieve(id);
    deepEqual(
      [charges_enabled, payouts_enabled, requirements?.disabled_reason],
      [enabled, enabled, reason],
    );
  }
});

Deno.test("endpoints for connected accounts receive an account's changes", async () => {
  await using emulator = await startTestEmulator({ webhookSecret: "whsec_test" });
  const { stripe } = emulator;
  await using connected = startReceiver(stripe, "whsec_test", emulator.clock);
  await using platform = startReceiver(stripe, "whsec_test", emulator.clock);
  await using both = startReceiver(stripe, "whsec_test", emulator.clock);
  const all = { enabled_events: ["*" as const] };
  await stripe.webhookEndpoints.create({ ...all, url: connected.url, connect: true });
  await stripe.webhookEndpoints.create({ ...all, url: platform.url });
  await emulator.control("POST", "/webhook_endpoints", { url: both.url });
  // An endpoint with this URL exists already. It must still receive only events of connected
  // accounts.
  await emulator.control("POST", "/webhook_endpoints", { url: connected.url });
  const id = await openProvider(stripe, { metadata: { provider_id: "p1" } });
  await stripe.customers.create();
  await Promise.all([connected.arrived(1), platform.arrived(1), both.arrived(2)]);
  await emulator.control("POST", "/deliveries/flush");
  const seen = (receiver: typeof both) => receiver.events.map(({ type }) => type).sort();
  deepEqual(
    [seen(connected), seen(platform), seen(both)],
    [["account.updated"], ["customer.created"], ["account.updated", "customer.created"]],
  );
  const [event] = connected.events as Stripe.AccountUpdatedEvent[];
  equal(event?.account, id);
  deepEqual(event?.data.object.metadata, { provider_id: "p1" });
  equal(event?.data.previous_attributes?.charges_enabled, false);
});

Deno.test("an account's events are listed only on its behalf", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const id = await openProvider(stripe);
  deepEqual(await eventTypes(stripe), []);
  const { data: [event] } = await stripe.events.list({}, { stripeAccount: id });
  deepEqual([event?.type, event?.account], ["account.updated", id]);
  const unseen = await refusal(stripe.events.retrieve(event?.id ?? ""));
  equal(unseen.statusCode, 404);
  const refused = [
    await refusal(stripe.events.list({}, { stripeAccount: "acct_unknown" })),
    await refusal(stripe.customers.create({}, { stripeAccount: id })),
  ];
  deepEqual(refused.map(({ statusCode }) => statusCode), [403, 400]);
});
