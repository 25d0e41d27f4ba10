/** Transfers to connected accounts and their reversals, and application fees and their refunds. */
import type Stripe from "stripe";
import { collection } from "../store/collection.ts";

export const transfers = collection<Stripe.Transfer>("transfer");
export const reversals = collection<Stripe.TransferReversal>("transfer_reversal");

export const applicationFees = collection<Stripe.ApplicationFee>("application_fee");
export const feeRefunds = collection<Stripe.FeeRefund>("fee_refund");

/** How much of a transfer or fee has been returned by refunds of its charge. */
interface ReturnedShare {
  /** The id of the transfer or of the application fee. */
  id: string;
  /**
   * The sum of the refunds for which a share was returned, in minor units of the charge's currency.
   */
  of: number;
  amount: number;
}

export const returnedShares = collection<ReturnedShare>("returned_share");
