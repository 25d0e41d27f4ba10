import type Stripe from "stripe";
import { invalidRequest } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { changed } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import { bookMovement } from "../resources/balance-transactions.ts";
import { applicationFees, feeRefunds, reversals, transfers } from "../resources/transfers.ts";
import type { Scope } from "../store/scope.ts";

/**
 * How many reversals or fee refunds an object's own list contains: the ten newest, as in Stripe.
 */
const SHOWN = 10;

interface ReturnRequest {
  /** The amount in minor units. Default: all that is not yet reversed or refunded. */
  amount?: number | undefined;
  metadata?: Record<string, string> | null | undefined;
}

/** Reverses a transfer, fully or in part. */
export function reverseTransfer(
  scope: Scope,
  before: Stripe.Transfer,
  { amount: wanted, metadata, sourceRefund }: ReturnRequest & { sourceRefund?: string },
): Stripe.TransferReversal {
  const left = before.amount - before.amount_reversed;
  const amount = checkAmount(wanted, left, "transfer", "reversed");
  const id = newId("trr");
  const transaction = bookMovement(scope, {
    amount,
    currency: before.currency,
    fee: 0,
    source: id,
    type: "transfer_refund",
    reporting_category: "transfer_reversal",
    description: `REFUND FOR TRANSFER (${before.id})`,
    availableOn: scope.seconds(),
  });
  const reversal = reversals.put(scope, {
    ...example<Stripe.TransferReversal>("transfer_reversal"),
    id,
    amount,
    balance_transaction: transaction.id,
    created: scope.seconds(),
    currency: before.currency,
    destination_payment_refund: newId("pyr"),
    metadata: metadata ?? {},
    source_refund: sourceRefund ?? null,
    transfer: before.id,
  });
  const after = transfers.update(scope, before, {
    amount_reversed: before.amount_reversed + amount,
    reversed: amount === left,
    reversals: withNewest(before.reversals, reversal),
  });
  scope.emit("transfer.reversed", after, changed(before, after));
  return reversal;
}

/** Refunds an application fee to the connected account. */
export function refundFee(
  scope: Scope,
  before: Stripe.ApplicationFee,
  { amount: wanted, metadata }: ReturnRequest,
): Stripe.FeeRefund {
  const left = before.amount - before.amount_refunded;
  const amount = checkAmount(wanted, left, "application fee", "refunded");
  const id = newId("fr");
  const transaction = bookMovement(scope, {
    amount: -amount,
    currency: before.currency,
    fee: 0,
    source: id,
    type: "application_fee_refund",
    reporting_category: "platform_earning_refund",
    description: `REFUND FOR APPLICATION FEE (${before.id})`,
    availableOn: scope.seconds(),
  });
  const refund = feeRefunds.put(scope, {
    ...example<Stripe.FeeRefund>("fee_refund"),
    id,
    amount,
    balance_transaction: transaction.id,
    created: scope.seconds(),
    currency: before.currency,
    fee: before.id,
    metadata: metadata ?? {},
  });
  const after = applicationFees.update(scope, before, {
    amount_refunded: before.amount_refunded + amount,
    refunded: amount === left,
    refunds: withNewest(before.refunds, refund),
  });
  scope.emit("application_fee.refunded", after, changed(before, after));
  return refund;
}

function checkAmount(wanted: number | undefined, left: number, what: string, done: string): number {
  if (left === 0) throw invalidRequest(`The ${what} has already been ${done} in full.`);
  const amount = wanted ?? left;
  if (amount < 1) {
    throw invalidRequest("The amount must be positive.", "amount", "parameter_invalid_integer");
  }
  if (amount > left) {
    throw invalidRequest(`At most ${left} of the ${what} can be ${done}.`, "amount");
  }
  return amount;
}

function withNewest<T>(list: Stripe.ApiList<T>, item: T): Stripe.ApiList<T> {
  const data = [item, ...list.data];
  return { ...list, data: data.slice(0, SHOWN), has_more: list.has_more || data.length > SHOWN };
}
