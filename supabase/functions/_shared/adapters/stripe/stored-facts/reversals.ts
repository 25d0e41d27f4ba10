/** Facts of refunds, disputes and early fraud warnings. */
import type {
  DisputeFacts,
  RefundFacts,
  WarningFacts,
} from "../../../contracts/stripe/event-facts.ts";
import type Stripe from "stripe";
import { markOf } from "./installation-mark.ts";
import { idOf } from "./object-id.ts";

export function refundFacts(refund: Stripe.Refund): RefundFacts {
  return {
    stripe_refund_id: refund.id,
    refund_id: refund.metadata?.refund_id ?? null,
    payment_id: idOf(refund.payment_intent),
    charge_id: idOf(refund.charge),
    amount: refund.amount,
    currency: refund.currency,
    status: refund.status,
    failure_reason: refund.failure_reason ?? null,
    transfer_reversal: idOf(refund.transfer_reversal),
    mark: markOf(refund),
  };
}

export function disputeFacts(dispute: Stripe.Dispute): DisputeFacts {
  return {
    dispute_id: dispute.id,
    payment_id: idOf(dispute.payment_intent),
    charge_id: idOf(dispute.charge),
    amount: dispute.amount,
    currency: dispute.currency,
    status: dispute.status,
    reason: dispute.reason,
    case_type: dispute.payment_method_details?.card?.case_type ?? null,
    evidence_due_by: dispute.evidence_details?.due_by ?? null,
    movements: dispute.balance_transactions.map((
      { id, amount, fee, currency, exchange_rate },
    ) => ({ id, amount, fee, currency, exchange_rate })),
  };
}

export function warningFacts(warning: Stripe.Radar.EarlyFraudWarning): WarningFacts {
  return {
    warning_id: warning.id,
    payment_id: idOf(warning.payment_intent),
    charge_id: idOf(warning.charge),
    fraud_type: warning.fraud_type,
    actionable: warning.actionable,
  };
}
