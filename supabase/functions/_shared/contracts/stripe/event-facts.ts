/**
 * The facts of Stripe's events. Stripe's adapter translates an event into facts, the inbox stores
 * them, and SQL reads them by these keys. Every key is present; its value is null if Stripe gives
 * none. Amounts are in the currency's minor unit. The types of facts are type aliases, because
 * TypeScript does not accept an interface as JSON.
 */

export type SessionFacts = {
  /** Null if the session is for none of our orders; for example, a session that saves a card has no order. */
  order_id: string | null;
  session_id: string;
  /** The id of Stripe's payment intent, which identifies the grant of the order's credits. */
  payment_id: string | null;
  payment_status: string;
  /** The total that the buyer pays, after discounts and with tax. */
  amount: number | null;
  /** The price before discounts. It contains the tax only if the package's price does. */
  amount_subtotal: number | null;
  amount_discount: number | null;
  amount_tax: number | null;
  currency: string | null;
  /** Stripe's invoice; null if the session makes no invoice, or if the session is not paid yet. */
  invoice_id: string | null;
  /**
   * Whether the buyer gave a tax id. The id itself is not stored. Null until the buyer has entered their
   * details.
   */
  has_tax_id: boolean | null;
  mode: string;
  mark: string | null;
};

export type PaymentFacts = {
  order_id: string | null;
  booking_id: string | null;
  session_id: null;
  payment_id: string;
  charge_id: string | null;
  /** `paid`, or Stripe's status of an unpaid payment. */
  payment_status: string;
  /** For a paid payment, the received amount; otherwise the requested amount. */
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
  /**
   * Stripe's fingerprint of the card. The same card has the same fingerprint for every user. The
   * fingerprint does not reveal the card's number.
   */
  card_fingerprint: string | null;
  mark: string | null;
};

export type RefundFacts = {
  stripe_refund_id: string;
  /** Our id of the refund, from the metadata; null for a refund that was started in Stripe's dashboard. */
  refund_id: string | null;
  payment_id: string | null;
  charge_id: string | null;
  amount: number;
  currency: string;
  status: string | null;
  failure_reason: string | null;
  /** Stripe's id of the reversal of the provider's share; null if the refund reversed no share. */
  transfer_reversal: string | null;
  /**
   * The id of the installation that made the refund. Null for a refund that was started in Stripe's
   * dashboard, even if it refunds our payment. See adapters/stripe/stored-facts/installation-mark.ts.
   */
  mark: string | null;
};

export type DisputeFacts = {
  dispute_id: string;
  payment_id: string | null;
  charge_id: string | null;
  amount: number;
  currency: string;
  /** Stripe's status. The statuses of an inquiry, which moves no money, begin with `warning_`. */
  status: string;
  reason: string;
  /**
   * The kind of case that the bank opened: `chargeback`, `inquiry`, `resolution` and others; null
   * if the payment was not by card.
   */
  case_type: string | null;
  /** The time until which Stripe accepts evidence, in seconds since 1970; null without a deadline. */
  evidence_due_by: number | null;
  /**
   * The balance transactions of the dispute so far. They show how much money was moved; the
   * dispute's status does not.
   */
  movements: DisputeMovement[];
};

/** Money that a dispute moved, in the currency of the platform's balance at Stripe. */
export type DisputeMovement = {
  id: string;
  /**
   * The amount in the currency's minor unit, without Stripe's fee; negative if withdrawn, positive
   * if reinstated.
   */
  amount: number;
  fee: number;
  currency: string;
  /** The exchange rate from the dispute's currency to `currency`; null without a conversion. */
  exchange_rate: number | null;
};

export type WarningFacts = {
  warning_id: string;
  payment_id: string | null;
  charge_id: string | null;
  fraud_type: string;
  /** true if the payment is not disputed yet and not refunded in full. */
  actionable: boolean;
};

export type FeeFacts = {
  fee_id: string;
  /**
   * The charge of the buyer's payment. Stripe's field `charge` may instead contain the payment that
   * the provider received.
   */
  charge_id: string | null;
  /**
   * An application fee does not contain the payment's id. So this id is set only if Stripe's event
   * contains the whole charge.
   */
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
  /** Stripe's fingerprints of the bank accounts and cards to which the provider is paid. */
  payout_accounts: string[];
};

export type CardFacts = {
  /** Our id of the user who saved the card; null if the card was not saved through this API. */
  user_id: string | null;
  customer_id: string | null;
  payment_method_id: string | null;
} | {
  payment_method_id: string;
};

export type PayoutFacts = {
  payout_id: string;
  /** The amount; negative if Stripe debits the bank account. */
  amount: number;
  currency: string;
  /**
   * true if Stripe's own schedule made the payout. Stripe cannot list the transactions of any other payout.
   */
  automatic: boolean;
  status: string;
  /** `completed` when Stripe can list the payout's transactions. */
  reconciliation_status: string;
  failure_code: string | null;
  /** The creation time, in seconds since 1970. */
  made_at: number;
  /** The beginning of the day on which the money should reach the bank, in seconds since 1970. */
  arrives_at: number;
};

/** The facts of any event. They are empty for event types that the inbox stores and ignores. */
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
