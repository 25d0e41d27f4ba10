/** Makes checkout sessions with taxes, tax ids and promotion codes. */
import { deepEqual, equal, ok } from "node:assert/strict";
import Stripe from "stripe";
import { type Buyer, payCheckout } from "../browser.ts";
import { openSession } from "./harness.ts";

export type Params = Partial<Stripe.Checkout.SessionCreateParams>;

/** Returns line items of 9.99. The tax is either included in the price or added to it. */
export const priced = (
  tax_behavior: "inclusive" | "exclusive" | "unspecified",
  unit_amount = 999,
): Params => ({
  automatic_tax: { enabled: true },
  line_items: [{
    quantity: 1,
    price_data: { currency: "sek", unit_amount, tax_behavior, product_data: { name: "Starter" } },
  }],
});

export const IN_GERMANY = { country: "de", postal_code: "10115" };

/** Opens a session, pays it, and returns it. */
export async function buy(
  stripe: Stripe,
  params: Params,
  details: Record<string, string>,
  more?: Buyer,
) {
  const { id, url } = await openSession(stripe, params);
  const answer = await payCheckout(url ?? "", "4242424242424242", { ...more, details });
  equal(answer.result, "paid", answer.message ?? "");
  return await stripe.checkout.sessions.retrieve(id);
}

export const amountsOf = (
  { amount_subtotal, amount_total, total_details }: Stripe.Checkout.Session,
) => [
  amount_subtotal,
  total_details?.amount_discount,
  total_details?.amount_tax,
  amount_total,
];

/** Creates a coupon and a promotion code for it. */
export async function makeCode(stripe: Stripe, coupon: Stripe.CouponCreateParams, code: string) {
  const { id } = await stripe.coupons.create(coupon);
  return await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: id }, code });
}

/** Returns a function that checks that an error has this code and names this parameter. */
export const refusedFor = (expected: string | undefined, param?: string) => (error: unknown) => {
  ok(error instanceof Stripe.errors.StripeInvalidRequestError, String(error));
  deepEqual([error.code, error.param], [expected, param], error.message);
  return true;
};
