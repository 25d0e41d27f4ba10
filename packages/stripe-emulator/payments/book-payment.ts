import type Stripe from "stripe";
import { shareCharge } from "../connect/destination-charges.ts";
import { changed } from "../core/objects.ts";
import { processingFee } from "./processing-fee.ts";
import { openDispute } from "./disputes.ts";
import { warnOfFraud } from "./fraud-warnings.ts";
import { methodBehaviour } from "./saved-methods.ts";
import { bookMovement } from "../resources/balance-transactions.ts";
import { charges } from "../resources/charges.ts";
import { chargePlans } from "../resources/planned-outcomes.ts";
import type { Scope } from "../store/scope.ts";

type Intent = Stripe.PaymentIntent;

/**
 * The last step of every payment. If the intent succeeded and is not booked yet, books its money.
 * Stripe captures asynchronously, so the event `charge.succeeded` has no balance transaction yet.
 * The event `charge.updated` has it. This event comes after the payment's other events and before
 * the events of a dispute or a fraud warning.
 */
export function bookPayment(scope: Scope, intent: Intent): void {
  if (intent.status !== "succeeded") return;
  const charge = charges.get(scope, String(intent.latest_charge));
  if (charge.balance_transaction !== null) return;
  const behaviour = methodBehaviour(scope, String(charge.payment_method));
  const kind = charge.payment_method_details?.type === "card" ? "card" : "us_bank_account";
  const transaction = bookMovement(scope, {
    amount: charge.amount,
    currency: charge.currency,
    fee: processingFee(charge.amount, kind),
    source: charge.id,
    type: kind === "card" ? "charge" : "payment",
    reporting_category: "charge",
    description: charge.description,
    availableAtOnce: behaviour.availableAtOnce,
  });
  const booked = charges.update(scope, charge, { balance_transaction: transaction.id });
  const shared = shareCharge(scope, booked);
  scope.emit("charge.updated", shared, changed(charge, shared));
  carryOutPlan(scope, booked);
}

/**
 * Called as soon as the charge is paid and booked. Opens the dispute or the fraud warning that the
 * test card causes.
 */
function carryOutPlan(scope: Scope, charge: Stripe.Charge): void {
  const plan = chargePlans.find(scope, charge.id);
  const { dispute: reason, inquiry = false, earlyFraudWarning } = plan ?? {};
  if (earlyFraudWarning) warnOfFraud(scope, charge, "unauthorized_use_of_card");
  if (reason) openDispute(scope, charge, { amount: charge.amount, reason, inquiry });
}
