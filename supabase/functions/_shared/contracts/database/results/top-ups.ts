/** Results of the functions of saved cards, auto top-up and spend caps. */
import type { SpendCap } from "../../spend-caps.ts";
import type { CardPage, TopUps } from "../../top-ups.ts";
import type { Finished, Of, Replay, Stored } from "./shapes.ts";

type Settings = Of<typeof TopUps>;
type Card = Of<typeof CardPage>;
type Cap = Of<typeof SpendCap>;

/** The request to Stripe: charge the card, or make a page in its place. */
export interface TopUpCharge {
  order_id: string;
  step: "charge" | "link";
  /** In minor units. */
  amount: number;
  currency: string;
  credits: string;
  customer_id: string;
  payment_method_id: string;
  /** The charge that a page takes the place of. */
  payment_id: string | null;
  /** When the order is given up; seconds since 1970. */
  expires_at_epoch: number;
  /** Written upon the payment. */
  mark: string;
}

/** The next step of saving a card: answer with what is stored, or ask Stripe. */
export type CardStep =
  | Replay<Card>
  | { step: "create"; user_id: string; account_id: number; customer_id: string | null };

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
  /** The first customer of a user stays. */
  customers_attach: { customer_id: string };
  cards_finish: Finished<Card>;
  cards_abandon: unknown;
  /** Begins what is due; each charge is given out once until its lease is over. */
  top_ups_claim: TopUpCharge[];
  top_ups_report: Reported;
  top_ups_link: { order_id: string; status: string };
  spend_caps_read: Cap;
  spend_caps_set: Stored<Cap>;
}
