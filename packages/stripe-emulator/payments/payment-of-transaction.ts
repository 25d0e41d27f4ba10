import type Stripe from "stripe";
import { findById } from "../resources/find-by-id.ts";
import type { Scope } from "../store/scope.ts";

/** Where each kind of object says what it came of, on the way back to its payment. */
const ORIGINS: Record<string, string> = {
  charge: "payment_intent",
  refund: "payment_intent",
  dispute: "payment_intent",
  transfer: "source_transaction",
  transfer_reversal: "transfer",
  application_fee: "originating_transaction",
  fee_refund: "fee",
};

/** The payment intent that a movement of money came of; undefined for what came of none, as payouts. */
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
