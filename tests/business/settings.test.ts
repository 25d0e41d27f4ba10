/** Each setting of the hosted page reaches the checkout session at Stripe, and is stored with the order. */
import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { proven, withSql } from "../support/project/database.ts";
import { data, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";
import { control, sessionsOf, stripeOf } from "../support/money/stripe.ts";
import { saveCard } from "../support/money/top-ups.ts";
import { open, set, type Settings, withPackage, withSettings } from "./shop.ts";

const world = readWorld();

/** The parts of a checkout session that the settings determine. */
const partsOf = (session: Stripe.Checkout.Session) => ({
  locale: session.locale,
  tax: session.automatic_tax.enabled,
  behavior: session.line_items?.data[0]?.price?.tax_behavior,
  address: session.billing_address_collection,
  ids: session.tax_id_collection?.enabled ?? false,
  invoice: session.invoice_creation?.enabled,
  codes: session.allow_promotion_codes,
});

const DEFAULTS = {
  locale: null,
  tax: false,
  behavior: "unspecified",
  address: null,
  ids: false,
  invoice: false,
  codes: null,
};

const CASES: [Settings, Partial<Record<keyof typeof DEFAULTS, unknown>>][] = [
  [{}, {}],
  [{ checkout_locale: "sv" }, { locale: "sv" }],
  [{ checkout_automatic_tax: true }, { tax: true, behavior: "inclusive" }],
  [
    { checkout_automatic_tax: true, checkout_tax_behavior: "exclusive" },
    { tax: true, behavior: "exclusive" },
  ],
  [{ checkout_billing_address: "required" }, { address: "required" }],
  [{ checkout_tax_ids: true }, { ids: true }],
  [{ checkout_invoices: true }, { invoice: true }],
  [{ checkout_promotion_codes: true }, { codes: true }],
];

for (const [settings, parts] of CASES) {
  const name = JSON.stringify(settings);
  Deno.test(`with ${name} a session has these parts, and the buyer's email`, async () => {
    const buyer = await signUp(world);
    await withPackage(world, (id) =>
      withSettings(world, settings, async () => {
        const { session } = await open(world, buyer, id);
        deepEqual(partsOf(session), { ...DEFAULTS, ...parts });
        deepEqual([session.customer, session.customer_email], [null, buyer.email]);
      }));
  });
}

Deno.test("a tax code is that of the product", async () => {
  const buyer = await signUp(world);
  const settings = { checkout_automatic_tax: true, checkout_tax_code: "txcd_10103001" };
  await withPackage(world, (id) =>
    withSettings(world, settings, async () => {
      const { session } = await open(world, buyer, id);
      const product = String(session.line_items?.data[0]?.price?.product);
      const { tax_code } = await stripeOf(world).products.retrieve(product);
      equal(tax_code, "txcd_10103001");
    }));
});

Deno.test("a buyer with a saved card has their customer where invoices and tax ids need one", async () => {
  const buyer = await signUp(world);
  await saveCard(world, buyer);
  await withPackage(
    world,
    (id) =>
      withSettings(world, { checkout_tax_ids: true, checkout_automatic_tax: true }, async () => {
        const { session } = await open(world, buyer, id);
        const [row] = await withSql(world, (sql) =>
          sql<{ customer_id: string }[]>`
        select c.customer_id from farthing.customers c join farthing.accounts a using (account_id)
        where a.owner_id = ${buyer.id}`);
        deepEqual([session.customer, session.customer_email], [row?.customer_id, null]);
        // The buyer entered this email when saving the card.
        equal(session.customer_details?.email, "buyer@example.com");
      }),
  );
  await withPackage(world, async (id) => {
    const { session } = await open(world, buyer, id);
    deepEqual([session.customer, session.customer_email], [null, buyer.email]);
  });
});

Deno.test("an open checkout keeps its session when a setting changes", async () => {
  const buyer = await signUp(world);
  await withPackage(world, async (id) => {
    const first = await open(world, buyer, id);
    await withSettings(world, { checkout_locale: "sv" }, async () => {
      const second = await open(world, buyer, id);
      equal(second.session.id, first.session.id);
      equal(second.session.locale, null);
    });
  });
});

Deno.test("a repeat after a lost answer gets the first session, whatever has changed since", async () => {
  const buyer = await signUp(world);
  await withPackage(world, async (id) => {
    const key = crypto.randomUUID();
    const start = () => post(world, "checkout", buyer.as, { package_id: id }, { key });
    const path = "/v1/checkout/sessions";
    // Stripe makes the session, and then answers 429. The functions do not retry after a 429.
    const lost = { method: "POST", path, status: 429, after: true, times: 3 };
    await control(world, "POST", "faults", lost);
    try {
      refused(await start(), 502, "upstream_unavailable");
    } finally {
      await control(world, "DELETE", "faults");
    }
    const [{ order_id }] = await withSql(world, (sql) =>
      sql<[{ order_id: string }]>`
      select order_id from farthing.orders where package_id = ${id}`);
    const made = await sessionsOf(world, order_id);
    equal(made.length, 1, "Stripe has made the session whose answer was lost");
    await withSql(world, (sql) =>
      sql`
      update auth.users set email = ${`new-${buyer.email}`} where id = ${buyer.id}`);
    await withSettings(
      world,
      { checkout_promotion_codes: true, checkout_locale: "sv" },
      async () => {
        const checkout = data(await start(), 201, Checkout);
        deepEqual([checkout.order_id, checkout.checkout_session_id], [order_id, made[0]]);
      },
    );
    const [stored] = await withSql(world, (sql) =>
      sql`
      select session_settings ? 'customer_email' as email from farthing.orders
      where order_id = ${order_id}`);
    equal(stored?.email, false, "the email is deleted with the answer");
  });
  await proven(world);
});

Deno.test("settings that change nothing are no change", async () => {
  const { changes, unchanged } = await set(world, {
    checkout_locale: "auto",
    checkout_tax_code: null,
  });
  deepEqual([changes, unchanged], [[], 2]);
});
