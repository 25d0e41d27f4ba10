/** Money on its way back: refunds, disputes, and warnings that one may come. */
import type Stripe from "stripe";
import { idOf } from "../id-of.ts";
import { markOf } from "../mark.ts";

export type RefundFacts = {
  stripe_refund_id: string;
  /** Ours; null for a refund that was begun in Stripe's dashboard. */
  refund_id: string | null;
  payment_id: string | null;
  charge_id: string | null;
  amount: number;
  currency: string;
  status: string | null;
  failure_reason: string | null;
  /** Null where the provider of a booking keeps their part, as they do of a refund of the dashboard. */
  transfer_reversal: string | null;
  /** Null for a refund of the dashboard, even one of our payment. See mark.ts. */
  mark: string | null;
};

export type DisputeFacts = {
  dispute_id: string;
  payment_id: string | null;
  charge_id: string | null;
  amount: number;
  currency: string;
  /** Those of an inquiry, which moves no money, begin with `warning_`. */
  status: string;
  reason: string;
  /** `chargeback`, `inquiry`, `resolution` …: what the bank has opened; null where it is no card's. */
  case_type: string | null;
  /** The balance transactions so far: what the status only hints at. */
  movements: DisputeMovement[];
};

/** Money that a dispute has moved, in the currency that Stripe settles in. */
export type DisputeMovement = {
  id: string;
  /** Minor units, without Stripe's fee; below zero it was withdrawn, above it was reinstated. */
  amount: number;
  fee: number;
  currency: string;
  /** From the dispute's currency; null where nothing was converted. */
  exchange_rate: number | null;
};

export type WarningFacts = {
  warning_id: string;
  payment_id: string | null;
  charge_id: string | null;
  fraud_type: string;
  /** Not disputed yet and not refunded in full. */
  actionable: boolean;
};

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
