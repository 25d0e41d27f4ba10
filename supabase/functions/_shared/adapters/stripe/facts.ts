/**
 * The facts that the database needs of a Stripe event, under our own names. Stripe's field names end here.
 * Every key is always present, and null where Stripe gives no value. SQL reads and stores the facts by these
 * keys, so they contain nothing about a person.
 */
import type Stripe from "stripe";
import {
  cardRemovedFacts,
  cardSavedFacts,
  chargeFacts,
  paymentFacts,
  sessionFacts,
} from "./facts/payments.ts";
import type { Facts } from "../../contracts/stripe/facts.ts";
import { accountFacts, feeFacts } from "./facts/connect.ts";
import { payoutFacts } from "./facts/payouts.ts";
import { disputeFacts, refundFacts, warningFacts } from "./facts/reversals.ts";

type EventOf<T extends string> = Extract<Stripe.Event, { type: T }>;
type Translations = {
  readonly [T in Stripe.Event["type"]]?: (object: EventOf<T>["data"]["object"]) => Facts;
};

// charge.refunded is left out on purpose: the refund.* events have all of it, and name the refund.
const TRANSLATIONS = {
  "checkout.session.completed": sessionFacts,
  "checkout.session.async_payment_succeeded": sessionFacts,
  "checkout.session.async_payment_failed": sessionFacts,
  "checkout.session.expired": sessionFacts,
  "payment_intent.succeeded": paymentFacts,
  "payment_intent.processing": paymentFacts,
  "payment_intent.payment_failed": paymentFacts,
  "payment_intent.requires_action": paymentFacts,
  "payment_intent.canceled": paymentFacts,
  "charge.succeeded": chargeFacts,
  "charge.failed": chargeFacts,
  "refund.created": refundFacts,
  "refund.updated": refundFacts,
  "refund.failed": refundFacts,
  "charge.dispute.created": disputeFacts,
  "charge.dispute.updated": disputeFacts,
  "charge.dispute.closed": disputeFacts,
  "charge.dispute.funds_withdrawn": disputeFacts,
  "charge.dispute.funds_reinstated": disputeFacts,
  "radar.early_fraud_warning.created": warningFacts,
  "radar.early_fraud_warning.updated": warningFacts,
  "application_fee.created": feeFacts,
  "application_fee.refunded": feeFacts,
  "account.updated": accountFacts,
  "setup_intent.succeeded": cardSavedFacts,
  "payment_method.detached": cardRemovedFacts,
  "payout.created": payoutFacts,
  "payout.updated": payoutFacts,
  "payout.paid": payoutFacts,
  "payout.failed": payoutFacts,
  "payout.canceled": payoutFacts,
  "payout.reconciliation_completed": payoutFacts,
} as const satisfies Translations;

export type EventType = keyof typeof TRANSLATIONS;

/** The types that we use: webhook endpoints listen to them, and a backfill asks for them. */
export const EVENT_TYPES = Object.keys(TRANSLATIONS) as EventType[];

/**
 * Stripe sends us these events of connected accounts. No other event of theirs counts: their owners may write
 * any metadata on their own payments, such as one of our orders.
 */
export const CONNECTED_EVENT_TYPES: readonly EventType[] = ["account.updated"];

export function isUsed(type: string): type is EventType {
  return Object.hasOwn(TRANSLATIONS, type);
}

/** Translates an event of our version of the API. Unknown types have no facts. */
export function factsOf(event: Stripe.Event): Facts {
  if (!isUsed(event.type)) return {};
  // The table's type ties each type to its object; a lookup by a variable loses that.
  const translate = TRANSLATIONS[event.type] as (object: unknown) => Facts;
  // A field that Stripe leaves out is null: JSON would lose the key.
  const facts = Object.entries(translate(event.data.object));
  return Object.fromEntries(facts.map(([name, value]) => [name, value ?? null])) as Facts;
}
