/** Promotion codes: the texts that buyers enter on the checkout page to get a discount. */
import type Stripe from "stripe";
import { coupons, isValid, redeemCoupon } from "./coupons.ts";
import { paymentIntents } from "./payment-intents.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

export type PromotionCode = Stripe.PromotionCode;

export const promotionCodes = collection<PromotionCode>("promotion_code");

/** Returns the active promotion code with this text. Upper and lower case make no difference. */
export function findCode(scope: Scope, text: string): PromotionCode | undefined {
  const wanted = text.toLowerCase();
  return promotionCodes.all(scope).find(({ active, code }) =>
    active && code.toLowerCase() === wanted
  );
}

export function couponOf(scope: Scope, code: PromotionCode): Stripe.Coupon {
  return coupons.get(scope, String(code.promotion.coupon));
}

/** The purchase for which a buyer enters a code. */
interface Purchase {
  amount: number;
  currency: string;
  customer: string | null;
}

/**
 * Whether a code can be redeemed for a purchase. No reason is returned, because the checkout page
 * says only that a code is invalid.
 */
export function isRedeemable(scope: Scope, code: PromotionCode, purchase: Purchase): boolean {
  const { first_time_transaction, minimum_amount, minimum_amount_currency } = code.restrictions;
  const coupon = couponOf(scope, code);
  return code.active && isValid(scope, coupon) &&
    (code.expires_at === null || code.expires_at > scope.seconds()) &&
    (coupon.currency === null || coupon.currency === purchase.currency) &&
    (code.customer === null || code.customer === purchase.customer) &&
    (minimum_amount === null ||
      minimum_amount_currency === purchase.currency && purchase.amount >= minimum_amount) &&
    (!first_time_transaction || isFirst(scope, purchase.customer));
}

/**
 * Whether this is the customer's first purchase. As in Stripe, a purchase without a customer
 * never counts as a first one.
 */
function isFirst(scope: Scope, customer: string | null): boolean {
  return customer !== null &&
    !paymentIntents.all(scope).some((intent) =>
      intent.customer === customer && intent.status === "succeeded"
    );
}

/** Counts a redemption of both the code and its coupon. */
export function redeem(scope: Scope, code: PromotionCode): void {
  redeemCoupon(scope, couponOf(scope, code));
  const times_redeemed = code.times_redeemed + 1;
  const isLeft = code.max_redemptions === null || times_redeemed < code.max_redemptions;
  promotionCodes.update(scope, code, { times_redeemed, active: code.active && isLeft });
}
