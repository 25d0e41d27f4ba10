/** What connected providers are told of: their accounts, and the fee we keep of what they are paid. */
import type Stripe from "stripe";
import { idOf } from "../id-of.ts";

export type FeeFacts = {
  fee_id: string;
  /** Our own charge. What Stripe calls the fee's charge is the payment that the provider got out of it. */
  charge_id: string | null;
  /** Null unless Stripe sent the charge along: the event as such names no payment. */
  payment_id: string | null;
  amount: number;
  amount_refunded: number;
  currency: string;
};

export type AccountFacts = {
  stripe_account_id: string;
  provider_id: string | null;
  charges_enabled: boolean;
  payouts_enabled: boolean;
  details_submitted: boolean;
  disabled_reason: string | null;
  /** Stripe's fingerprints of where it pays out to. */
  payout_accounts: string[];
};

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
