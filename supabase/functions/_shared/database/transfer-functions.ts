/** The database functions of what providers get when a booking ends, and of what disputes take of it. */
import type { Fn, Optional } from "./functions.ts";

/** A move of a provider's share of a booking that Stripe is to make. */
export interface TransferToMake {
  move_id: string;
  /** transfer: out of the charge; restoration: out of our balance. */
  kind: "transfer" | "reversal" | "restoration";
  booking_id: string;
  /** In minor units, without our fee. */
  amount: number;
  currency: string;
  charge_id: string | null;
  stripe_account_id: string | null;
  /** What is reversed; null: the transfer of the charge itself. */
  transfer_id: string | null;
}

interface FinishArgs {
  p_move_id: string;
  p_stripe_id?: Optional<string>;
  p_error?: Optional<string>;
  p_refused?: boolean;
}

export interface TransferFunctions {
  /** Moves that are due and that nobody makes; each is given out once until its next time comes. */
  transfers_claim: Fn<{ p_limit: number }, TransferToMake[]>;
  /** Made, refused for good, or not answered: then it is asked for again. */
  transfers_finish: Fn<FinishArgs, Record<string, never>>;
}
