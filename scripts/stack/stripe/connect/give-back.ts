import type Stripe from "stripe";
import { notEmulated } from "../http/errors.ts";
import type { Scope } from "../scope.ts";

/**
 * Returns what a refund gives back of a payment made for a connected account.
 * @param refund stored, not yet announced
 * @param charge as it is with this refund: `amount_refunded` counts it
 */
export function giveBackOfRefund(
  _scope: Scope,
  _refund: Stripe.Refund,
  _charge: Stripe.Charge,
  wants: { reverseTransfer: boolean; refundApplicationFee: boolean },
): void {
  const param = wants.reverseTransfer ? "reverse_transfer" : "refund_application_fee";
  throw notEmulated("refunds of transfers and application fees", param);
}
