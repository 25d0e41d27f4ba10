import type Stripe from "stripe";
import { findById } from "../resources/find-by-id.ts";
import type { Scope } from "../store/scope.ts";

/**
 * For each kind of object, the field with the id of the object that caused it. A refund of a fee,
 * for example, has the fee's id in its field `fee`. These fields lead from object to object to the
 * payment intent.
 */
const ORIGINS: Record<string, string> = {
  charge: "payment_intent",
  refund: "payment_intent",
  dispute: "payment_intent",
  transfer: "source_transaction",
  transfer_reversal: "transfer",
  application_fee: "originating_transaction",
  fee_refund: "fee",
};

/**
 * Returns the id of the payment intent that caused a movement of money; undefined if none did, as
 * for a payout.
 */
export function paymentOf(
  scope: Scope,
  { source }: Stripe.BalanceTransaction,
): string | undefined {
  let id: unknown = source;
  while (typeof id === "string" && !id.startsWith("pi_")) {
    const found = findById(scope, id) as { object?: string } & Record<string, unknown>;
    id = found[ORIGINS[found.object ?? ""] ?? ""];
  }
  return id as string | undefined;
}
