import type Stripe from "stripe";
import { example } from "../fixtures/example.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Charge = Stripe.Charge;
type Refund = Stripe.Refund;

export const refunds = collection<Refund>("refund");

/** Whether the buyer paid by card. If not, a refund goes to a bank account and takes days. */
export function isCard(charge: Charge): boolean {
  return charge.payment_method_details?.type === "card";
}

/** Returns the object of a new refund, which is pending or has already succeeded. */
export function newRefund(
  scope: Scope,
  charge: Charge,
  given: Pick<Refund, "id" | "amount" | "balance_transaction" | "metadata" | "reason">,
  pending: boolean,
): Refund {
  return {
    ...example<Refund>("refund"),
    ...given,
    charge: charge.id,
    created: scope.seconds(),
    currency: charge.currency,
    customer: charge.customer,
    destination_details: destinationOf(charge),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(pending && { pending_reason: "processing" }),
    status: pending ? "pending" : "succeeded",
  };
}

function destinationOf(charge: Charge): Stripe.Refund.DestinationDetails {
  if (!isCard(charge)) {
    const us_bank_transfer = { reference: null, reference_status: "pending" };
    return { type: "us_bank_transfer", us_bank_transfer };
  }
  const card = {
    reference_status: "pending",
    reference_type: "acquirer_reference_number",
    type: "refund",
  } as const;
  return { type: "card", card };
}

/**
 * Returns the list for `expand: ["refunds"]` of a charge, which contains the ten newest refunds.
 */
export function refundsOf(scope: Scope, charge: string): object {
  const all = refunds.all(scope).reverse().filter((refund) => refund.charge === charge);
  const url = `/v1/charges/${charge}/refunds`;
  return { object: "list", data: all.slice(0, 10), has_more: all.length > 10, url };
}
