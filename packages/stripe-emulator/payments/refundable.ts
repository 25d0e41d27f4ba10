import type Stripe from "stripe";
import { invalidRequest, StripeApiError } from "../core/errors.ts";
import { formatMoney } from "./format-money.ts";
import { charges } from "../resources/charges.ts";
import { disputes } from "../resources/disputes.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import type { Scope } from "../store/scope.ts";

type Charge = Stripe.Charge;

/**
 * Returns the charge that a refund request names by the charge's id or by its payment intent's id.
 * Throws Stripe's error if the charge cannot be refunded.
 */
export function chargeToRefund(
  scope: Scope,
  named: { charge?: string | undefined; payment_intent?: string | undefined },
): Charge {
  if (named.charge !== undefined && named.payment_intent !== undefined) {
    throw invalidRequest("You may only specify one of these parameters: payment_intent, charge.");
  }
  if (named.charge !== undefined) return paidCharge(scope, named.charge);
  if (named.payment_intent !== undefined) return chargeOfIntent(scope, named.payment_intent);
  throw invalidRequest(
    "One of the following params should be provided for this request: payment_intent or charge.",
  );
}

function paidCharge(scope: Scope, id: string): Charge {
  // For an unknown id in a parameter, Stripe usually answers 400, but for a refund it answers 404.
  const charge = charges.get(scope, id);
  if (charge.paid) return charge;
  throw invalidRequest(
    `Charge ${id} was not paid; there is nothing to refund.`,
    "charge",
    "charge_not_refundable",
  );
}

function chargeOfIntent(scope: Scope, id: string): Charge {
  const intent = paymentIntents.find(scope, id);
  if (!intent) {
    const fields = { code: "resource_missing", param: "payment_intent" };
    throw new StripeApiError(404, `No such payment_intent: '${id}'`, fields);
  }
  if (intent.status === "succeeded") return charges.get(scope, String(intent.latest_charge));
  throw invalidRequest(
    `This PaymentIntent (${id}) does not have a successful charge to refund.`,
  );
}

/**
 * Returns the amount to refund: the requested amount, or all of the charge that is not refunded
 * yet.
 */
export function refundableAmount(
  scope: Scope,
  charge: Charge,
  wanted: number | undefined,
): number {
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) {
    throw invalidRequest(
      `Charge ${charge.id} has already been refunded.`,
      undefined,
      "charge_already_refunded",
    );
  }
  if (disputes.all(scope).some((each) => each.charge === charge.id && !each.is_charge_refundable)) {
    throw invalidRequest(
      `Charge ${charge.id} has been charged back; cannot issue a refund.`,
      undefined,
      "charge_disputed",
    );
  }
  const amount = wanted ?? left;
  if (amount <= left) return amount;
  const money = (value: number) => formatMoney(value, charge.currency);
  const whole = left === charge.amount ? "charge amount" : "unrefunded amount on charge";
  throw invalidRequest(
    `Refund amount (${money(amount)}) is greater than ${whole} (${money(left)})`,
    "amount",
  );
}
