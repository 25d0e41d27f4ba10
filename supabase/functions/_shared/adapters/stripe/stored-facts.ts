/**
 * The facts that the database stores about a Stripe event, under this project's names. Only this
 * file and stored-facts/ read the fields of an event's object. Every key is present, with the value
 * null if Stripe gives none. The facts contain no personal data.
 */
import type Stripe from "stripe";
import {
  cardChangedFacts,
  cardSavedFacts,
  chargeFacts,
  paymentFacts,
  sessionFacts,
} from "./stored-facts/payments.ts";
import type { Facts } from "../../contracts/stripe/event-facts.ts";
import { accountFacts, feeFacts } from "./stored-facts/connect.ts";
import { payoutFacts } from "./stored-facts/payouts.ts";
import { disputeFacts, refundFacts, warningFacts } from "./stored-facts/reversals.ts";

type EventOf<T extends string> = Extract<Stripe.Event, { type: T }>;
type Translations = {
  readonly [T in Stripe.Event["type"]]?: (object: EventOf<T>["data"]["object"]) => Facts;
};

// charge.refunded is left out: the refund.* events contain the same data and the refund's id.
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
  "payment_method.detached": cardChangedFacts,
  "payment_method.updated": cardChangedFacts,
  "payment_method.automatically_updated": cardChangedFacts,
  "payout.created": payoutFacts,
  "payout.updated": payoutFacts,
  "payout.paid": payoutFacts,
  "payout.failed": payoutFacts,
  "payout.canceled": payoutFacts,
  "payout.reconciliation_completed": payoutFacts,
} as const satisfies Translations;

export type EventType = keyof typeof TRANSLATIONS;

/** The event types that this project uses. Webhook endpoints subscribe to them, and a backfill lists them. */
export const EVENT_TYPES = Object.keys(TRANSLATIONS) as EventType[];

/**
 * The types of connected accounts' events that this project uses. Other events of connected
 * accounts are ignored. The owner of a connected account can write any metadata on the account's
 * payments, for example the id of one of our orders.
 */
export const CONNECTED_EVENT_TYPES: readonly EventType[] = ["account.updated"];

export function isUsed(type: string): type is EventType {
  return Object.hasOwn(TRANSLATIONS, type);
}

/**
 * Returns the facts of an event that has the SDK's API version. An event of an unused type has no
 * facts.
 */
export function factsOf(event: Stripe.Event): Facts {
  if (!isUsed(event.type)) return {};
  // The type of TRANSLATIONS links each event type to the type of its object. TypeScript loses this
  // link when a variable is the key.
  const translate = TRANSLATIONS[event.type] as (object: unknown) => Facts;
  // Every key must be present, but JSON leaves out a key whose value is undefined. So a field that
  // Stripe leaves out becomes null.
  const facts = Object.entries(translate(event.data.object));
  return Object.fromEntries(facts.map(([name, value]) => [name, value ?? null])) as Facts;
}
