/** Results of the database functions for saved cards, auto top-up and spend caps. */
import type { SpendCap, SpendCapPreview } from "../../spend-caps.ts";
import type { CardPage, TopUps } from "../../top-ups.ts";
import type { Finished, Of, Replay, Stored } from "./shapes.ts";

type Settings = Of<typeof TopUps>;
type Card = Of<typeof CardPage>;
type Cap = Of<typeof SpendCap>;

/** A request to Stripe: charge the card, or open a page on which the user pays. */
export interface TopUpCharge {
  order_id: string;
  step: "charge" | "link";
  /** The amount in the currency's minor unit. */
  amount: number;
  currency: string;
  credits: string;
  customer_id: string;
  payment_method_id: string;
  /**
   * Stripe's id of the charge that the payment page replaces; null if Stripe has made no charge
   * yet.
   */
  payment_id: string | null;
  /** The time at which the order expires, in seconds since 1970. */
  expires_at_epoch: number;
  /** The installation's id, written into the payment's metadata. */
  mark: string;
}

/**
 * The next step of saving a card: return the stored response, or create the page at Stripe on which
 * the user saves the card.
 */
export type CardStep =
  | Replay<Card>
  | { step: "create"; user_id: string; account_id: number; customer_id: string | null };

/**
 * A request to Stripe about a saved card: read the card, or detach it after the user removed it.
 */
export interface CardTask {
  step: "read" | "detach";
  payment_method_id: string;
  /** Stripe's id of the customer to whom the card belongs. */
  customer_id: string;
  /** The time since which the card is due to be read from Stripe; null if the step is `detach`. */
  unread_since: string | null;
  /**
   * How often runners have claimed this task so far. It is part of the idempotency key that is sent
   * to Stripe.
   */
  attempts: number;
}

export type CardRemoval = Pick<CardTask, "payment_method_id" | "customer_id" | "attempts">;

interface Reported {
  order_id: string;
  status: string;
  step: string;
}

export interface TopUpResults {
  top_ups_read: Settings;
  top_ups_set: Stored<Settings>;
  top_ups_stop: Settings;
  cards_begin: CardStep;
  /**
   * Stores the user's customer at Stripe. If the user already has a customer, changes nothing and
   * returns that customer.
   */
  customers_attach: { customer_id: string };
  cards_finish: Finished<Card>;
  cards_abandon: unknown;
  /** Removes the card, and returns the removals that Stripe has not made yet. */
  cards_remove: { removals: CardRemoval[]; top_ups: Settings };
  cards_claim: CardTask[];
  cards_describe: { stored: boolean };
  cards_detached: unknown;
  /** Decides queued requests for welcome credits, and returns how many it granted. */
  welcome_run: { granted: number };
  /**
   * Begins due top-ups, and returns their open charges. A charge is returned again only after its
   * lease has expired.
   */
  top_ups_claim: TopUpCharge[];
  top_ups_report: Reported;
  top_ups_link: { order_id: string; status: string };
  spend_caps_preview: Of<typeof SpendCapPreview>;
  spend_caps_read: Cap;
  spend_caps_set: Stored<Cap>;
}
