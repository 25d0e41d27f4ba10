/**
 * Facts of Stripe's events, as the inbox takes and stores them: Stripe's adapter translates events into
 * these, and SQL reads them by these keys. Every key is always there, null where Stripe says nothing. Amounts
 * are in the currency's minor unit. Types and not interfaces: callers pass them on as a column of JSON.
 */

export type SessionFacts = {
  /** Null where the session is no purchase of ours, one that saves a card included. */
  order_id: string | null;
  session_id: string;
  /** Stripe's payment intent id: the natural key of a grant. */
  payment_id: string | null;
  payment_status: string;
  amount: number | null;
  currency: string | null;
  mode: string;
  mark: string | null;
};

export type PaymentFacts = {
  order_id: string | null;
  booking_id: string | null;
  session_id: null;
  payment_id: string;
  charge_id: string | null;
  /** `paid`, or Stripe's status of what is not paid. */
  payment_status: string;
  /** The received amount of a payment that is paid, else the requested one. */
  amount: number;
  currency: string;
  failure_code: string | null;
  decline_code: string | null;
  mark: string | null;
};

export type ChargeFacts = {
  order_id: string | null;
  booking_id: string | null;
  payment_id: string | null;
  charge_id: string;
  amount: number;
  currency: string;
  outcome: "succeeded" | "failed";
  failure_code: string | null;
  /** The same for the same card, whoever uses it; not the card's number. */
  card_fingerprint: string | null;
  mark: string | null;
};

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

export type FeeFacts = {
  fee_id: string;
  /** Our own charge. The fee's charge, as Stripe calls it, is the payment that the provider got out of it. */
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

export type CardFacts = {
  /** Ours, of who saved the card; null where it was not saved through us. */
  user_id: string | null;
  customer_id: string | null;
  payment_method_id: string | null;
} | {
  payment_method_id: string;
};

export type PayoutFacts = {
  payout_id: string;
  /** Below zero where Stripe debits the bank. */
  amount: number;
  currency: string;
  /** Stripe's own schedule made it. Of no other payout Stripe knows what is in it. */
  automatic: boolean;
  status: string;
  /** `completed` once Stripe can list what it is made of. */
  reconciliation_status: string;
  failure_code: string | null;
  /** Seconds since 1970. */
  made_at: number;
  /** The beginning of the day on which the bank should have it, in seconds since 1970. */
  arrives_at: number;
};

/** Empty for the types that we store and ignore. Amounts in the currency's minor unit. */
export type Facts =
  | Record<string, never>
  | SessionFacts
  | PaymentFacts
  | ChargeFacts
  | RefundFacts
  | DisputeFacts
  | WarningFacts
  | FeeFacts
  | AccountFacts
  | CardFacts
  | PayoutFacts;
