import type Stripe from "stripe";
import { chargePlans } from "../resources/charges.ts";
import type { Scope } from "../scope.ts";
import { openDispute } from "./dispute.ts";
import { warnOfFraud } from "./fraud-warning.ts";

/** Does what the test card has in store for a charge, right after it is paid and booked. */
export function carryOutPlan(scope: Scope, charge: Stripe.Charge): void {
  const plan = chargePlans.find(scope, charge.id);
  const { dispute: reason, inquiry = false, earlyFraudWarning } = plan ?? {};
  if (earlyFraudWarning) warnOfFraud(scope, charge, "unauthorized_use_of_card");
  if (reason) openDispute(scope, charge, { amount: charge.amount, reason, inquiry });
}
