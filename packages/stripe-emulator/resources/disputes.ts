/** Disputes as banks open them, and early fraud warnings as card networks send them. */
import type Stripe from "stripe";
import { newId } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Dispute = Stripe.Dispute;

export const disputes = collection<Dispute>("dispute");

export const earlyFraudWarnings = collection<Stripe.Radar.EarlyFraudWarning>(
  "radar.early_fraud_warning",
);

const DAY_SECONDS = 24 * 3_600;
/**
 * The number of days in which evidence can be submitted. The bank accepts evidence until the end of
 * the eighth day.
 */
const ANSWER_DAYS = 8;

/** Visa's codes by reason. A reason that is not here gets the code of `product_not_received`. */
const REASON_CODES: Record<string, string> = {
  credit_not_processed: "13.7",
  duplicate: "12.6.1",
  fraudulent: "10.4",
  product_not_received: "13.1",
  product_unacceptable: "13.3",
  subscription_canceled: "13.2",
};

/** Returns the object of a new dispute. */
export function newDispute(
  scope: Scope,
  charge: Stripe.Charge,
  { amount, reason, inquiry, prevented }: DisputeRequest,
): Stripe.Dispute {
  const day = Math.floor(scope.seconds() / DAY_SECONDS);
  const draft = example<Stripe.Dispute>("dispute");
  return {
    ...draft,
    id: newId("du"),
    amount,
    balance_transactions: [],
    charge: charge.id,
    created: scope.seconds(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence_details: {
      due_by: (day + ANSWER_DAYS + 1) * DAY_SECONDS - 1,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "not_submitted",
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry || prevented === "block",
    payment_intent: charge.payment_intent,
    payment_method_details: detailsOf(
      charge,
      reason,
      prevented ?? (inquiry ? "inquiry" : "chargeback"),
    ),
    reason,
    status: prevented ? "prevented" : inquiry ? "warning_needs_response" : "needs_response",
  };
}

function detailsOf(
  { payment_method_details: paid }: Stripe.Charge,
  reason: string,
  case_type: string,
): Stripe.Dispute.PaymentMethodDetails {
  if (!paid?.card) return { type: paid?.type as "card" };
  const brand = paid.card.brand ?? "unknown";
  return {
    type: "card",
    card: {
      brand,
      case_type,
      network: brand,
      network_reason_code: REASON_CODES[reason] ?? "13.1",
    },
  };
}

/**
 * A request to open a dispute. The amount may be below or above the payment, because of exchange
 * rates or a partial order.
 */
export interface DisputeRequest {
  amount: number;
  reason: string;
  /** Whether the dispute is only an inquiry, which moves no money. */
  inquiry: boolean;
  /**
   * If given, the platform pays the buyer at once, so that nobody needs to answer the dispute.
   * `resolution`: the disputed amount is withdrawn from the platform's balance. `block`: the
   * payment is refunded.
   */
  prevented?: "resolution" | "block" | undefined;
}
