import assert from "node:assert/strict";
import type Stripe from "stripe";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { eventOf, example } from "#support/samples/stripe.ts";
import { refusalOf, stripeError, withStripe } from "#support/fakes/stripe-server.ts";
import { createCaller, createClient } from "./client.ts";
import { createFactsReader } from "./refetch-event.ts";
import { factsOf } from "./stored-facts.ts";

const PAID = example<Stripe.PaymentIntent>("payment_intent", {
  id: "pi_1",
  status: "succeeded",
  amount_received: 999,
  latest_charge: "ch_1",
  metadata: { order_id: "o_1" },
});

/** The shape of API versions before 2022-11-15: charges in a list, and no `latest_charge`. */
function oldShape() {
  const { latest_charge: _, ...rest } = PAID;
  return { ...rest, charges: { object: "list", data: [{ id: "ch_1" }], has_more: false } };
}

function oldEvent(api_version: string | null = "2020-03-02") {
  return { ...eventOf("payment_intent.succeeded", oldShape()), api_version } as Stripe.Event;
}

function readerAt(apiUrl: string) {
  const metrics = countedMetrics();
  const caller = createCaller(createClient({ secretKey: "sk_test_1", apiUrl }));
  return { metrics, read: createFactsReader(caller, metrics) };
}

Deno.test("an event of an old version, used unchanged, loses the payment's charge", () => {
  assert.equal((factsOf(oldEvent()) as { charge_id: null }).charge_id, null);
});

for (const version of ["2020-03-02", null]) {
  Deno.test(`an event of version ${version} is fetched again in ours`, async () => {
    await withStripe(() => Response.json(PAID), async (url, seen) => {
      const { read, metrics } = readerAt(url);
      const facts = await read(oldEvent(version));
      assert.deepEqual(facts, factsOf(eventOf("payment_intent.succeeded", PAID)));
      assert.equal((facts as { charge_id: string }).charge_id, "ch_1");
      assert.deepEqual(seen.map(({ path }) => path), ["/v1/payment_intents/pi_1"]);
      assert.equal(metrics.counts["stripe_events_refetched fetched"], 1);
    });
  });
}

Deno.test("an event of our version, or without facts, is used unchanged", async () => {
  await withStripe(() => stripeError(500, {}), async (url, seen) => {
    const { read } = readerAt(url);
    await read(eventOf("payment_intent.succeeded", PAID));
    assert.deepEqual(await read({ ...oldEvent(), account: "acct_1" }), {});
    assert.deepEqual(await read({ ...oldEvent(), type: "customer.created" } as Stripe.Event), {});
    assert.equal(seen.length, 0);
  });
});

Deno.test("an event whose object Stripe no longer has is used unchanged", async () => {
  const gone = () => stripeError(404, { code: "resource_missing" });
  await withStripe(gone, async (url) => {
    const { read, metrics } = readerAt(url);
    assert.deepEqual(await read(oldEvent()), factsOf(oldEvent()));
    assert.equal(metrics.counts["stripe_events_refetched gone"], 1);
  });
});

const UNREADABLE: readonly [string, () => Response][] = [
  ["while Stripe is down", () => stripeError(503, {})],
  ["with a key that may not read it", () => stripeError(403, {})],
  ["where Stripe refuses to say", () => stripeError(400, { code: "parameter_unknown" })],
  ["where another object is answered", () => Response.json({ object: "charge", id: "ch_1" })],
];

for (const [when, answer] of UNREADABLE) {
  Deno.test(`an event of another version is refused ${when}, so that Stripe delivers it again`, async () => {
    await withStripe(answer, async (url) => {
      const { read, metrics } = readerAt(url);
      const { code } = await refusalOf(read(oldEvent()));
      assert.equal(code, "upstream_unavailable");
      assert.deepEqual(metrics.counts, { "stripe_events_refetched failed": 1 });
    });
  });
}

Deno.test("a provider of an old version is fetched again, as the platform sees it", async () => {
  const account = example<Stripe.Account>("account", { id: "acct_1", payouts_enabled: true });
  const old = { id: "acct_1", object: "account", transfers_enabled: true };
  const event = { ...eventOf("account.updated", old), api_version: "2017-02-14" };
  await withStripe(() => Response.json(account), async (url) => {
    const facts = await readerAt(url).read({ ...event, account: "acct_1" } as Stripe.Event);
    assert.equal((facts as { payouts_enabled: boolean }).payouts_enabled, true);
  });
  // Without the fetch, the old event lacks most facts, but each key is present.
  assert.deepEqual(factsOf(event as Stripe.Event), {
    stripe_account_id: "acct_1",
    provider_id: null,
    charges_enabled: null,
    payouts_enabled: null,
    details_submitted: null,
    disabled_reason: null,
    payout_accounts: [],
  });
});
