import type Stripe from "stripe";
import { invalidRequest } from "../core/errors.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Payout = Stripe.Payout;

export const payouts = collection<Payout>("payout");

/** Records that a balance transaction belongs to a payout. */
interface PayoutItem {
  /** The balance transaction's id. */
  id: string;
  payout: string;
}

export const payoutItems = collection<PayoutItem>("payout_item");

/**
 * Whether a payout contains a balance transaction. As in Stripe, this fails until the payout's
 * `reconciliation_status` is `completed`.
 */
export function isInPayout(scope: Scope, transaction: string, payout: string): boolean {
  if (payouts.get(scope, payout, "payout").reconciliation_status !== "completed") {
    throw invalidRequest(
      `The transactions of the payout ${payout} cannot be listed yet.`,
      "payout",
      "payout_reconciliation_not_ready",
    );
  }
  return payoutItems.find(scope, transaction)?.payout === payout;
}
