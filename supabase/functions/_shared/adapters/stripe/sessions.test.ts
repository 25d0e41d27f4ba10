/** Each setting of a session becomes Stripe's parameter for that setting. */
import assert from "node:assert/strict";
import type { CheckoutOrder, SessionSettings } from "../../contracts/database/results/checkout.ts";
import { MARK } from "#support/project.ts";
import { ORDER_ID, SESSION_DEFAULTS } from "#support/samples/database.ts";
import { TaxNotSetUp } from "./error-classes.ts";
import { paymentsAt, refusalOf, stripeError, withStripe } from "#support/fakes/stripe-server.ts";

const orderWith = (settings: Partial<SessionSettings>): CheckoutOrder => ({
  order_id: ORDER_ID,
  package_id: "starter",
  package_name: "Starter",
  amount: 999,
  currency: "sek",
  total_credits: "9990",
  success_url: "https://app.example.com/ok",
  cancel_url: "https://app.example.com/cancel",
  expires_at: "2026-11-21T13:00:00Z",
  expires_at_epoch: 1_795_266_000,
  client_temp_id: null,
  session_settings: { ...SESSION_DEFAULTS, ...settings },
  mark: MARK,
});

const SESSION = {
  id: "cs_test_1",
  object: "checkout.session",
  url: "https://checkout.example.com/cs_test_1",
  amount_subtotal: 999,
  amount_total: 999,
  currency: "sek",
};

/** Returns the parameters of a session with these settings. */
async function formOf(settings: Partial<SessionSettings>): Promise<Record<string, string>> {
  let form = {};
  await withStripe(() => Response.json(SESSION), async (url, seen) => {
    await paymentsAt(url).openSession(orderWith(settings));
    form = seen[0]!.form;
  });
  return form;
}

/** Returns the parameters that these settings add to a session, change in it, or remove from it. */
async function changesOf(settings: Partial<SessionSettings>) {
  const [before, after] = [await formOf({}), await formOf(settings)];
  const added = Object.entries(after).filter(([name, value]) => before[name] !== value);
  const removed = Object.keys(before).filter((name) => !(name in after));
  return { added: Object.fromEntries(added), removed };
}

const METADATA = {
  "invoice_creation[invoice_data][metadata][order_id]": ORDER_ID,
  "invoice_creation[invoice_data][metadata][package_id]": "starter",
  "invoice_creation[invoice_data][metadata][farthing]": MARK,
};
const PRICE = "line_items[0][price_data]";

const SETTINGS: [Partial<SessionSettings>, Record<string, string>][] = [
  [{ locale: "sv" }, { locale: "sv" }],
  [{ billing_address: "required" }, { billing_address_collection: "required" }],
  [{ tax_ids: true }, { "tax_id_collection[enabled]": "true" }],
  [{ invoices: true }, { "invoice_creation[enabled]": "true", ...METADATA }],
  [{ promotion_codes: true }, { allow_promotion_codes: "true" }],
  [{ automatic_tax: true }, {
    "automatic_tax[enabled]": "true",
    [`${PRICE}[tax_behavior]`]: "inclusive",
  }],
  [{ automatic_tax: true, tax_behavior: "exclusive", tax_code: "txcd_10103001" }, {
    "automatic_tax[enabled]": "true",
    [`${PRICE}[tax_behavior]`]: "exclusive",
    [`${PRICE}[product_data][tax_code]`]: "txcd_10103001",
  }],
  [{ tax_behavior: "exclusive", tax_code: "txcd_10103001" }, {}],
];

for (const [settings, added] of SETTINGS) {
  Deno.test(`a session with ${JSON.stringify(settings)} has their parameters only`, async () => {
    assert.deepEqual(await changesOf(settings), { added, removed: [] });
  });
}

Deno.test("a session with a customer has no email, and may update the customer", async () => {
  assert.deepEqual(await changesOf({ customer_id: "cus_1", customer_email: null }), {
    added: {
      customer: "cus_1",
      "customer_update[address]": "auto",
      "customer_update[name]": "auto",
    },
    removed: ["customer_email"],
  });
});

Deno.test("a session of a buyer without an email asks for it", async () => {
  assert.deepEqual(await changesOf({ customer_email: null }), {
    added: {},
    removed: ["customer_email"],
  });
});

Deno.test("a tax on top is accepted only where the session has a tax", async () => {
  const taxed = { ...SESSION, amount_total: 1249 };
  await withStripe(() => Response.json(taxed), async (url) => {
    const { id } = await paymentsAt(url).openSession(orderWith({ automatic_tax: true }));
    assert.equal(id, SESSION.id);
    const error = await refusalOf(paymentsAt(url).openSession(orderWith({})));
    assert.deepEqual([error.code, error.status], ["upstream_unavailable", 502]);
  });
});

Deno.test("a price that differs from the order's is refused with and without a tax", async () => {
  const wrong = { ...SESSION, amount_subtotal: 998, amount_total: 998 };
  await withStripe(() => Response.json(wrong), async (url) => {
    for (const automatic_tax of [true, false]) {
      const error = await refusalOf(paymentsAt(url).openSession(orderWith({ automatic_tax })));
      assert.equal(error.status, 502);
    }
  });
});

const TAX_REFUSALS: Record<string, unknown>[] = [
  { code: "stripe_tax_inactive" },
  { param: "automatic_tax[enabled]" },
  { message: "You must have a valid head office address to enable automatic tax calculation." },
];

for (const refusal of TAX_REFUSALS) {
  Deno.test(`a refusal with ${Object.keys(refusal)} of the tax says that it is not set up`, async () => {
    const answer = () => stripeError(400, { type: "invalid_request_error", ...refusal });
    await withStripe(answer, async (url) => {
      const error = await refusalOf(
        paymentsAt(url).openSession(orderWith({ automatic_tax: true })),
      );
      assert(error instanceof TaxNotSetUp, String(error));
      assert.deepEqual([error.code, error.status], ["not_ready", 503]);
      const untaxed = await refusalOf(paymentsAt(url).openSession(orderWith({})));
      assert(!(untaxed instanceof TaxNotSetUp));
    });
  });
}
