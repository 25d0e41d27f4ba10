/** Money handed on to connected accounts, the fees taken from it, and the parts of both that came back. */
import type Stripe from "stripe";
import { collection } from "../store/collection.ts";

export const transfers = collection<Stripe.Transfer>("transfer");
export const reversals = collection<Stripe.TransferReversal>("transfer_reversal");

export const applicationFees = collection<Stripe.ApplicationFee>("application_fee");
export const feeRefunds = collection<Stripe.FeeRefund>("fee_refund");

/** How much of a transfer or of a fee the refunds of its charge have returned so far. */
interface ReturnedShare {
  /** The transfer's or the application fee's id. */
  id: string;
  /** Sum of the refunds that returned a share, in minor units of the charge. */
  of: number;
  amount: number;
}

export const returnedShares = collection<ReturnedShare>("returned_share");
