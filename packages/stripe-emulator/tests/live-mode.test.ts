import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { createStripeEmulator } from "../mod.ts";
import {
  EMULATOR_KEY,
  EMULATOR_LIVE_KEY,
  startTestEmulator,
  type TestEmulator,
} from "../testing/test-emulator.ts";
import { openProvider, payProvider } from "./connect-harness.ts";
import { openSession, refusal, startReceiver } from "./harness.ts";

const LIVE_CARD = "9999000000000004";
const SECRET = "whsec_live";

/** Returns the values of every `livemode` in an answer, at any depth. */
function modesIn(value: unknown): boolean[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    name === "livemode" ? [field] : modesIn(field)
  );
}

/**
 * Makes an object of each kind that has `livemode`, and returns the answers. Refunds and balance
 * transactions do not have this field, as at Stripe.
 */
async function everyKind(emulator: TestEmulator): Promise<unknown[]> {
  const { stripe, control } = emulator;
  const customer = await stripe.customers.create({ email: "a@example.com" });
  const coupon = await stripe.coupons.create({ percent_off: 10 });
  const promotion = { coupon: coupon.id, type: "coupon" as const };
  const code = await stripe.promotionCodes.create({ promotion, code: "LIVE" });
  const session = await openSession(stripe, {
    customer: customer.id,
    invoice_creation: { enabled: true },
  });
  await payCheckout(session.url ?? "", LIVE_CARD);
  const { data: [intent] } = await stripe.paymentIntents.list();
  await stripe.refunds.create({ payment_intent: intent!.id, amount: 1 });
  await control("POST", `/payments/${intent!.id}/early_fraud_warning`);
  await control("POST", "/payouts", { release_pending: true });
  await control("POST", `/payments/${intent!.id}/dispute`, { amount: 100 });
  const setup = await openSession(stripe, {
    mode: "setup",
    currency: "usd",
    customer: customer.id,
    line_items: undefined as never,
  });
  await payCheckout(setup.url ?? "", LIVE_CARD);
  return [
    ...[customer, coupon, code, session],
    await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent", "invoice"] }),
    await stripe.checkout.sessions.listLineItems(session.id),
    await stripe.balance.retrieve(),
    ...await Promise.all([
      ...[stripe.charges.list(), stripe.products.list(), stripe.prices.list()],
      ...[stripe.invoices.list(), stripe.setupIntents.list(), stripe.disputes.list()],
      ...[stripe.payouts.list(), stripe.webhookEndpoints.list()],
      ...[stripe.radar.earlyFraudWarnings.list(), stripe.events.list({ limit: 100 })],
      stripe.customers.listPaymentMethods(customer.id),
    ]),
  ];
}

Deno.test("in live mode, each object and each event has livemode true, also inside others", async () => {
  await using emulator = await startTestEmulator({ mode: "live" });
  await using receiver = startReceiver(emulator.stripe, SECRET, emulator.clock);
  await emulator.control("POST", "/webhook_endpoints", { url: receiver.url, secret: SECRET });
  for (const answer of await everyKind(emulator)) {
    const modes = modesIn(answer);
    equal(modes.length > 0, true, JSON.stringify(answer));
    equal(modes.every((mode) => mode), true, JSON.stringify(answer, null, 1));
  }
  await emulator.control("POST", "/deliveries/flush");
  equal(receiver.events.length > 10, true);
  equal(modesIn(receiver.events).every((mode) => mode), true);
});

Deno.test("in live mode, connected accounts' payments and a session's id are of live mode, too", async () => {
  await using emulator = await startTestEmulator({ mode: "live" });
  const { stripe } = emulator;
  const provider = await openProvider(stripe);
  const { id } = await openSession(stripe);
  match(id, /^cs_live_a1\w{56}$/);
  const error = await refusal(payProvider(stripe, provider, 1_000, 30));
  equal(error.code, "resource_missing", "pm_card_visa exists only in test mode");
  const events = await stripe.events.list({}, { stripeAccount: provider });
  equal(modesIn(events).every((mode) => mode), true);
});

Deno.test("a key of the other mode gets Stripe's error for an unknown key, in both modes", async () => {
  const restricted = { test: "rk_test_known_key_1234", live: "rk_live_known_key_1234" };
  for (
    const [mode, own, others] of [
      ["test", EMULATOR_KEY, [EMULATOR_LIVE_KEY, restricted.live]],
      ["live", EMULATOR_LIVE_KEY, [EMULATOR_KEY, restricted.test]],
    ] as const
  ) {
    const restrictedKeys = { [restricted[mode]]: ["charge_read"] };
    await using emulator = await startTestEmulator({ mode, restrictedKeys });
    for (const key of [own, restricted[mode]]) {
      equal((await emulator.client({}, key).charges.list()).data.length, 0);
    }
    for (const key of others) {
      const error = await refusal(emulator.client({}, key).charges.list());
      deepEqual([error.statusCode, error.type], [401, "StripeAuthenticationError"]);
      equal(error.message, `Invalid API Key provided: ${key.slice(0, 8)}****${key.slice(-4)}`);
    }
  }
});

Deno.test("an emulator does not start with keys of the other mode", () => {
  const publicUrl = "http://127.0.0.1:1";
  const start = (more: object) =>
    createStripeEmulator({ apiKey: EMULATOR_KEY, publicUrl, ...more });
  throws(() => start({ mode: "live" }), /apiKey must begin with sk_live_/);
  throws(() => start({ apiKey: EMULATOR_LIVE_KEY }), /apiKey must begin with sk_test_/);
  const restrictedKeys = { rk_live_1: [] };
  throws(() => start({ restrictedKeys }), /restrictedKeys must begin with rk_test_/);
});

Deno.test("in live mode, test cards are declined as by Stripe, and the emulator's cards pay", async () => {
  await using emulator = await startTestEmulator({ mode: "live" });
  const { stripe } = emulator;
  const attempt = async (card?: string) => {
    const session = await openSession(stripe);
    const { result, message } = await payCheckout(session.url ?? "", card);
    const { data: [charge] } = await stripe.charges.list({ limit: 1 });
    return { result, message, charge };
  };
  for (const card of ["4242424242424242", "4000056655665556", "4000000000000259"]) {
    const { result, message, charge } = await attempt(card);
    equal(result, "refused");
    match(message ?? "", /live mode, but used a known test card/);
    deepEqual([charge?.failure_code, charge?.outcome?.reason, charge?.livemode], [
      "card_declined",
      "live_mode_test_card",
      true,
    ]);
  }
  equal((await attempt("4539578763621486")).charge?.outcome?.reason, "generic_decline");
  equal((await attempt("9999010000000003")).charge?.outcome?.reason, "insufficient_funds");
  const fingerprints = new Set<string | null | undefined>();
  for (const card of [undefined, "9999000000000012", "9999020000000002"]) {
    const { result, charge } = await attempt(card);
    deepEqual([result, charge?.paid], ["paid", true], card);
    fingerprints.add(charge?.payment_method_details?.card?.fingerprint);
  }
  equal(fingerprints.size, 3, "each number is a card of its own");
});

Deno.test("the page in live mode names its cards and says that no money moves", async () => {
  await using emulator = await startTestEmulator({ mode: "live" });
  const session = await openSession(emulator.stripe);
  for (const url of [session.url ?? "", emulator.url]) {
    const html = (await (await fetch(url)).text()).replace(/\s+/g, " ");
    match(html, /9999 0000 0000 0004/);
    match(html, /never enter a real one/);
    match(html, /no money moves/);
    equal(html.includes("4242"), false);
  }
});

Deno.test("a data file of one mode is refused in the other, and stays as it is", async () => {
  const dir = await Deno.makeTempDir();
  for (const [mode, other] of [["test", "live"], ["live", "test"]] as const) {
    const dataFile = `${dir}/${mode}.json`;
    await (async () => {
      await using emulator = await startTestEmulator({ mode, dataFile });
      await emulator.stripe.customers.create({ email: "a@example.com" });
    })();
    const before = await Deno.readTextFile(dataFile);
    await rejects(
      startTestEmulator({ mode: other, dataFile }),
      new RegExp(`has data of ${mode} mode: use another data file for ${other} mode`),
    );
    equal(await Deno.readTextFile(dataFile), before);
    await using again = await startTestEmulator({ mode, dataFile });
    const { data } = await again.stripe.customers.list();
    deepEqual(data.map(({ livemode }: Stripe.Customer) => livemode), [mode === "live"]);
  }
  await Deno.remove(dir, { recursive: true });
});
