/** Facts of providers' accounts, and of the platform's fees on their payments. */
import type { AccountFacts, FeeFacts } from "../../../contracts/stripe/event-facts.ts";
import type Stripe from "stripe";
import { idOf } from "./object-id.ts";

export function feeFacts(fee: Stripe.ApplicationFee): FeeFacts {
  const ours = fee.originating_transaction ?? fee.charge;
  const isExpanded = typeof ours === "object" && ours !== null;
  return {
    fee_id: fee.id,
    charge_id: idOf(ours),
    payment_id: isExpanded ? idOf((ours as Stripe.Charge).payment_intent) : null,
    amount: fee.amount,
    amount_refunded: fee.amount_refunded,
    currency: fee.currency,
  };
}

export function accountFacts(account: Stripe.Account): AccountFacts {
  return {
    stripe_account_id: account.id,
    provider_id: account.metadata?.provider_id ?? null,
    charges_enabled: account.charges_enabled,
    payouts_enabled: account.payouts_enabled,
    details_submitted: account.details_submitted,
    disabled_reason: account.requirements?.disabled_reason ?? null,
    payout_accounts: (account.external_accounts?.data ?? [])
      .flatMap(({ fingerprint }) => fingerprint ? [fingerprint] : []),
  };
}
