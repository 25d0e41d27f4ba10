/** The database functions of saved cards, auto top-up and spend caps. */
import type { z } from "@hono/zod-openapi";
import type { SpendCap } from "../contracts/spend-caps.ts";
import type { CardPage, TopUps } from "../contracts/top-ups.ts";
import type { ErrorBody } from "../http/errors.ts";
import type { Fn, Once, Optional, Stored } from "./functions.ts";

type Settings = z.output<typeof TopUps>;
type Card = z.output<typeof CardPage>;
type Cap = z.output<typeof SpendCap>;

/** What Stripe is to be asked for: to charge the card, or for a page in its place. */
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
  | { step: "replay"; status: number; data: Card | ErrorBody }
  | { step: "create"; user_id: string; customer_id: string | null };

interface SetArgs extends Once {
  p_user_id: string;
  p_enabled: boolean;
  p_threshold: string;
  p_target: string;
  p_monthly_cap: number;
}

interface ReportArgs {
  p_order_id: string;
  p_outcome: "accepted" | "declined" | "card_gone" | "authentication" | "unknown";
  p_payment_id: Optional<string>;
  p_code: Optional<string>;
}

interface Reported {
  order_id: string;
  status: string;
  step: string;
}

export interface TopUpFunctions {
  top_ups_read: Fn<{ p_user_id: string }, Settings>;
  top_ups_set: Fn<SetArgs, Stored<Settings>>;
  top_ups_stop: Fn<{ p_user_id: string }, Settings>;
  cards_begin: Fn<Once & { p_user_id: string }, CardStep>;
  /** The first customer of a user stays. */
  customers_attach: Fn<{ p_user_id: string; p_customer_id: string }, { customer_id: string }>;
  cards_finish: Fn<
    { p_idempotency_key: string; p_setup_url: string },
    { status: number; data: Card }
  >;
  cards_abandon: Fn<{ p_idempotency_key: string }, unknown>;
  /** Begins what is due; each charge is given out once until its lease is over. */
  top_ups_claim: Fn<{ p_limit: number }, TopUpCharge[]>;
  top_ups_report: Fn<ReportArgs, Reported>;
  top_ups_link: Fn<
    { p_order_id: string; p_session_id: string; p_session_url: string },
    { order_id: string; status: string }
  >;
  spend_caps_read: Fn<{ p_user_id: string }, Cap>;
  spend_caps_set: Fn<Once & { p_user_id: string; p_daily: string | null }, Stored<Cap>>;
}
