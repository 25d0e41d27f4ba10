/** Businesses buy credits. The purchases have a tax, a promotion code, a tax id and an invoice. */
import { deepEqual, equal, match } from "node:assert/strict";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { proven, withDeliveries } from "../support/project/database.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";
import { balanceOf, orderBecomes } from "../support/money/purchases.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { makeCode, open, PRICE, type Settings, withPackage, withSettings } from "./shop.ts";

const world = readWorld();

/** The data that a Swedish business enters on Stripe's hosted page. */
const BUSINESS = {
  country: "SE",
  postal_code: "111 22",
  business_name: "Bolaget AB",
  tax_id: "SE123456789001",
};

/**
 * Buys the package in a shop with these settings. Returns the paid order and its checkout session.
 */
async function buyWith(buyer: Person, settings: Settings, details: Record<string, string>) {
  return await withPackage(world, (id) =>
    withSettings(world, settings, async () => {
      const { checkout } = await open(world, buyer, id);
      return await withDeliveries(world, "shared", async () => {
        const paid = await payCheckout(checkout.checkout_url, "4242424242424242", { details });
        equal(paid.result, "paid", paid.message ?? "");
        const order = await orderBecomes(world, buyer, checkout.order_id, "paid");
        const { sessions } = stripeOf(world).checkout;
        return { order, session: await sessions.retrieve(checkout.checkout_session_id) };
      });
    }));
}

/** Asserts that the buyer has all credits of the package, whatever amount they paid. */
async function hasThePackage(buyer: Person): Promise<void> {
  equal((await balanceOf(world, buyer.id)).balance, "1100");
  await proven(world);
}

Deno.test("a tax on top is paid with the price, and the buyer gets the package", async () => {
  const buyer = await signUp(world);
  const settings = { checkout_automatic_tax: true, checkout_tax_behavior: "exclusive" };
  const { order, session } = await buyWith(buyer, settings, { country: "SE" });
  deepEqual([session.amount_subtotal, session.amount_total], [PRICE, 11_900]);
  deepEqual([order.amount, order.amount_tax, order.amount_total], [PRICE, 1_900, 11_900]);
  await hasThePackage(buyer);
});

Deno.test("a tax in the price leaves what the buyer pays", async () => {
  const buyer = await signUp(world);
  const { order } = await buyWith(buyer, { checkout_automatic_tax: true }, { country: "SE" });
  deepEqual([order.amount_tax, order.amount_total], [1_597, PRICE]);
  await hasThePackage(buyer);
});

Deno.test("a promotion code lowers what is paid, and not the credits", async () => {
  const buyer = await signUp(world);
  const code = await makeCode(world, { percent_off: 25 });
  const settings = { checkout_promotion_codes: true };
  const { order } = await buyWith(buyer, settings, { promotion_code: code });
  deepEqual([order.amount_discount, order.amount_total], [2_500, 7_500]);
  await hasThePackage(buyer);
});

Deno.test("a promotion code for the whole price gives the package without a payment", async () => {
  const buyer = await signUp(world);
  const code = await makeCode(world, { percent_off: 100 });
  const settings = { checkout_promotion_codes: true };
  const { order, session } = await buyWith(buyer, settings, { promotion_code: code });
  deepEqual([session.payment_status, session.payment_intent], ["no_payment_required", null]);
  deepEqual([order.amount_discount, order.amount_total], [PRICE, 0]);
  await hasThePackage(buyer);
});

Deno.test("a business gets an invoice with its name, its tax id and the order", async () => {
  const buyer = await signUp(world);
  const settings = {
    checkout_automatic_tax: true,
    checkout_tax_behavior: "exclusive",
    checkout_tax_ids: true,
    checkout_invoices: true,
    checkout_promotion_codes: true,
  };
  const code = await makeCode(world, { amount_off: 1_000, currency: "sek" });
  const { order, session } = await buyWith(buyer, settings, { ...BUSINESS, promotion_code: code });
  deepEqual(session.total_details, {
    amount_discount: 1_000,
    amount_shipping: 0,
    amount_tax: 1_710,
  });
  const invoice = await stripeOf(world).invoices.retrieve(String(session.invoice));
  deepEqual([invoice.customer_name, invoice.customer_email], ["Bolaget AB", buyer.email]);
  deepEqual(invoice.customer_tax_ids, [{ type: "eu_vat", value: "SE123456789001" }]);
  deepEqual([invoice.metadata?.order_id, invoice.total], [order.order_id, 10_710]);
  match(invoice.number ?? "", /-0001$/);
  const page = await (await fetch(invoice.hosted_invoice_url ?? "")).text();
  match(page, /Bolaget AB[\s\S]*SE123456789001[\s\S]*107\.10/);
  await hasThePackage(buyer);
});
