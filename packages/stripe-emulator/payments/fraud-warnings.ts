import type Stripe from "stripe";
import { newId } from "../core/ids.ts";
import { changed } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import { earlyFraudWarnings } from "../resources/disputes.ts";
import type { Scope } from "../store/scope.ts";

type Warning = Stripe.Radar.EarlyFraudWarning;

/**
 * Creates an early fraud warning, with which the card network reports a probably fraudulent payment
 * before the buyer disputes it.
 */
export function warnOfFraud(scope: Scope, charge: Stripe.Charge, fraud_type: string): Warning {
  const warning = earlyFraudWarnings.put(scope, {
    ...example<Warning>("radar.early_fraud_warning"),
    id: newId("issfr"),
    actionable: !charge.disputed && !charge.refunded,
    charge: charge.id,
    created: scope.seconds(),
    fraud_type,
    payment_intent: String(charge.payment_intent),
  });
  scope.emit("radar.early_fraud_warning.created", warning);
  return warning;
}

/**
 * Sets `actionable` to false in the warnings of a charge, because nothing can be done after a
 * dispute or a full refund.
 */
export function settleWarnings(scope: Scope, charge: string): void {
  for (const before of earlyFraudWarnings.all(scope)) {
    if (before.charge !== charge || !before.actionable) continue;
    const after = earlyFraudWarnings.update(scope, before, { actionable: false });
    scope.emit("radar.early_fraud_warning.updated", after, changed(before, after));
  }
}
