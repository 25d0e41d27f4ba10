import type Stripe from "stripe";
import { findById } from "../resources/find-by-id.ts";
import type { Scope } from "../store/scope.ts";

/**
 * The name of a field for each kind of object. The field contains the id of the object's origin: a
 * fee refund's `fee`, for example, is the fee. From origin to origin, these fields lead to the
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
