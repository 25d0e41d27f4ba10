import type Stripe from "stripe";
import { invalidRequest } from "../http/errors.ts";
import { charges } from "../resources/charges.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import type { Scope } from "../scope.ts";

/** The charge of a payment that has succeeded. @param id of the payment intent */
export function paidCharge(scope: Scope, id: string): Stripe.Charge {
  const intent = paymentIntents.get(scope, id);
  if (intent.status === "succeeded") return charges.get(scope, String(intent.latest_charge));
  throw invalidRequest(`The payment intent ${id} is ${intent.status}: nothing was paid.`);
}
