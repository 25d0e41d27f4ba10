/** Facts of payouts to the platform's own bank account. */
import type { PayoutFacts } from "../../../contracts/stripe/event-facts.ts";
import type Stripe from "stripe";

export function payoutFacts(payout: Stripe.Payout): PayoutFacts {
  return {
    payout_id: payout.id,
    amount: payout.amount,
    currency: payout.currency,
    automatic: payout.automatic,
    status: payout.status,
    reconciliation_status: payout.reconciliation_status,
    failure_code: payout.failure_code,
    made_at: payout.created,
    arrives_at: payout.arrival_date,
  };
}
