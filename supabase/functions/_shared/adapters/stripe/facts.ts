/**
 * What the database needs to know of a Stripe event, in our own words. Stripe's field names stop here.
 * Every key is always there, null where Stripe says nothing. SQL reads the facts by these keys, and
 * keeps them: so nothing about a person is among them.
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

// charge.refunded is left out on purpose: the refund.* events say all of it, and which refund it was.
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

/** The types that we use: what the webhook endpoints listen to, and what a backfill asks for. */
export const EVENT_TYPES = Object.keys(TRANSLATIONS) as EventType[];

/**
 * Of these Stripe tells of connected accounts, and nothing else of theirs counts: their owners may write any
 * metadata upon their own payments, an order of ours included.
 */
export const CONNECTED_EVENT_TYPES: readonly EventType[] = ["account.updated"];

export function isUsed(type: string): type is EventType {
  return Object.hasOwn(TRANSLATIONS, type);
}

/** Translates an event of our version of the API. Unknown types have no facts. */
export function factsOf(event: Stripe.Event): Facts {
  if (!isUsed(event.type)) return {};
  // The table's own type ties each type to its object; what is looked up by a variable loses that.
  const translate = TRANSLATIONS[event.type] as (object: unknown) => Facts;
  // What Stripe leaves out is null: JSON would lose the key.
  const facts = Object.entries(translate(event.data.object));
  return Object.fromEntries(facts.map(([name, value]) => [name, value ?? null])) as Facts;
}
