/** Charges. Each is one attempt to pay, with the card network's answer. */
import type Stripe from "stripe";
import { newId, randomText } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import type { Behaviour, Decline } from "./test-cards.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Charge = Stripe.Charge;

export const charges = collection<Charge>("charge");

/** Whether the charge is paid, failed or still pending. */
export type ChargeResult = "succeeded" | "failed" | "pending";

/** Creates the charge of one attempt to pay a payment intent. */
export function createCharge(
  scope: Scope,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  result: ChargeResult,
  behaviour: Behaviour,
): Charge {
  const id = newId(method.type === "card" ? "ch" : "py");
  const paid = result === "succeeded";
  const { email } = method.billing_details;
  return charges.put(scope, {
    ...example<Charge>("charge"),
    id,
    amount: intent.amount,
    amount_captured: paid ? intent.amount : 0,
    application_fee_amount: intent.application_fee_amount,
    balance_transaction: null,
    billing_details: method.billing_details as Stripe.Charge.BillingDetails,
    calculated_statement_descriptor: "FARTHING",
    captured: paid,
    created: scope.seconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: intent.on_behalf_of,
    ...outcomeFields(result, behaviour),
    paid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: methodDetails(intent, method, behaviour.authentication ?? false),
    receipt_email: intent.receipt_email ?? (paid ? email : null),
    receipt_url: paid ? `${scope.settings.publicUrl}/receipts/${id}` : null,
    refunds: null,
    shipping: intent.shipping as Stripe.Charge.Shipping | null,
    source: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: result,
    transfer_data: (intent.transfer_data ?? null) as Stripe.Charge.TransferData | null,
    transfer_group: intent.transfer_group,
  });
}

/** Returns the fields of a charge that describe its outcome. */
export function outcomeFields(result: ChargeResult, behaviour: Behaviour) {
  const decline = result === "failed" ? behaviour.decline : undefined;
  const blocked = behaviour.risk === "highest";
  return {
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    outcome: {
      advice_code: decline ? adviceFor(decline) : null,
      network_advice_code: null,
      network_decline_code: decline && !blocked ? "01" : null,
      network_status: blocked
        ? "not_sent_to_network"
        : decline
        ? "declined_by_network"
        : "approved_by_network",
      reason: decline ? (blocked ? "highest_risk_level" : decline.decline_code) : null,
      risk_level: behaviour.risk ?? "normal",
      risk_score: { normal: 20, elevated: 70, highest: 90 }[behaviour.risk ?? "normal"],
      seller_message: sellerMessage(decline !== undefined, blocked),
      type: blocked ? "blocked" : decline ? "issuer_declined" : "authorized",
    } as Stripe.Charge.Outcome,
  };
}

function sellerMessage(isDeclined: boolean, isBlocked: boolean): string {
  if (!isDeclined) return "Payment complete.";
  return isBlocked ? "Stripe blocked this payment as too risky." : "The bank declined the payment.";
}

function adviceFor({ decline_code }: Decline): Stripe.Charge.Outcome["advice_code"] {
  return decline_code === "insufficient_funds" || decline_code === "processing_error"
    ? "try_again_later"
    : "confirm_card_data";
}

function methodDetails(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
): Stripe.Charge.PaymentMethodDetails {
  if (!method.card) {
    const { account_holder_type, account_type, bank_name, fingerprint, last4, routing_number } =
      method.us_bank_account ?? {};
    const account = { account_holder_type, account_type, bank_name, fingerprint, last4 };
    return {
      type: "us_bank_account",
      us_bank_account: { ...account, routing_number, payment_reference: null },
    } as Stripe.Charge.PaymentMethodDetails;
  }
  const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4 } = method.card;
  const draft = example<Charge>("charge").payment_method_details?.card;
  return {
    type: "card",
    card: {
      ...draft,
      ...{ brand, checks, country, exp_month, exp_year, fingerprint, funding, last4 },
      amount_authorized: intent.amount,
      authorization_code: randomText(6).toUpperCase(),
      installments: null,
      network: brand,
      network_transaction_id: randomText(15),
      overcapture: { maximum_amount_capturable: intent.amount, status: "unavailable" },
      three_d_secure: authenticated ? authentication() : null,
      wallet: null,
    } as Stripe.Charge.PaymentMethodDetails.Card,
  };
}

function authentication() {
  return {
    authentication_flow: "challenge",
    electronic_commerce_indicator: "05",
    exemption_indicator: null,
    result: "authenticated",
    result_reason: null,
    transaction_id: crypto.randomUUID(),
    version: "2.2.0",
  };
}
