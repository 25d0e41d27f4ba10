/** Coupons: how much a promotion code takes off the price. */
import type Stripe from "stripe";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Coupon = Stripe.Coupon;

export const coupons = collection<Coupon>("coupon");

/** Returns the discount on an amount in minor units. It never exceeds the amount. */
export function discountOf(coupon: Coupon, amount: number): number {
  if (coupon.amount_off !== null) return Math.min(coupon.amount_off, amount);
  // A percentage has at most two decimals, so this product is a whole number.
  const hundredths = Math.round((coupon.percent_off ?? 0) * 100);
  return Math.round((amount * hundredths) / 10_000);
}

/**
 * Counts a redemption. A coupon that has reached its maximum number of redemptions becomes invalid.
 */
export function redeemCoupon(scope: Scope, coupon: Coupon): Coupon {
  const times_redeemed = coupon.times_redeemed + 1;
  const isLeft = coupon.max_redemptions === null || times_redeemed < coupon.max_redemptions;
  return coupons.update(scope, coupon, { times_redeemed, valid: coupon.valid && isLeft });
}

/** Whether a coupon can be redeemed now. */
export function isValid(scope: Scope, coupon: Coupon): boolean {
  return coupon.valid && (coupon.redeem_by === null || coupon.redeem_by > scope.seconds());
}
