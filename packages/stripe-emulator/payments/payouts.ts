import type Stripe from "stripe";
import { invalidRequest } from "../core/errors.ts";
import { newId, randomText } from "../core/ids.ts";
import { changed } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import { paymentOf } from "./payment-of-transaction.ts";
import { balanceTransactions, bookMovement } from "../resources/balance-transactions.ts";
import { payoutItems, payouts } from "../resources/payouts.ts";
import type { Scope } from "../store/scope.ts";

type Payout = Stripe.Payout;

const DAY_SECONDS = 24 * 3_600;

/** The only bank account for payouts. */
export const BANK_ACCOUNT = "ba_emulator";

/** Stored as the payout of a balance transaction that was paid out but is in no payout's list. */
const OMITTED = "po_omitted";

/** The payments in a payout, and its arrival date. */
export interface PayoutRequest {
  currency?: string | undefined;
  /** The payments to pay out, with their refunds and disputes. Default: all. */
  payments?: string[] | undefined;
  /** The number of days until the arrival date. Default: 1. */
  arrives_in_days?: number | undefined;
}

/** Returns the currencies that have money to pay out. */
export function payableCurrencies(scope: Scope, request: PayoutRequest = {}): string[] {
  const currencies = new Set(payable(scope, request).map(({ currency }) => currency));
  return [...currencies].filter((currency) => payableAmount(scope, { ...request, currency }) > 0);
}

/**
 * Pays out the available money that no payout contains yet, in one currency. If the request names
 * payments, pays out only the money of these payments.
 */
export function makePayout(scope: Scope, request: PayoutRequest & { currency: string }): Payout {
  const { currency, arrives_in_days = 1 } = request;
  const items = payable(scope, request);
  const amount = payableAmount(scope, request);
  const payout = newPayout(scope, { currency, amount, arrives_in_days }, {
    automatic: true,
    reconciliation_status: "in_progress",
  });
  const own = String(payout.balance_transaction);
  for (const id of [...items.map((item) => item.id), own]) {
    payoutItems.put(scope, { id, payout: payout.id });
  }
  scope.emit("payout.created", payout);
  return payout;
}

/** A payout that the account's owner requests. */
interface ManualPayout {
  readonly currency: string;
  readonly amount: number;
  readonly method: "standard" | "instant";
  readonly description: string | null;
  readonly statement_descriptor: string | null;
  readonly metadata: Stripe.Metadata;
}

/**
 * Pays out a part of the available money. As in Stripe, no list says which balance transactions
 * such a payout contains. Instead, the next automatic payout lists the manual payout itself as a
 * balance transaction, which lowers the amount of the automatic payout.
 */
export function makeManualPayout(scope: Scope, request: ManualPayout): Payout {
  const { currency, amount, ...shown } = request;
  if (amount > payableAmount(scope, { currency })) {
    throw invalidRequest(
      "You have insufficient funds in your Stripe account for this transfer.",
      "amount",
      "balance_insufficient",
    );
  }
  const arrives_in_days = request.method === "instant" ? 0 : 1;
  const payout = newPayout(scope, { currency, amount, arrives_in_days }, {
    ...shown,
    automatic: false,
    reconciliation_status: "not_applicable",
  });
  scope.emit("payout.created", payout);
  return payout;
}

function newPayout(
  scope: Scope,
  money: { currency: string; amount: number; arrives_in_days: number },
  changes: Partial<Payout>,
): Payout {
  const { currency, amount, arrives_in_days } = money;
  const id = newId("po");
  const transaction = book(scope, { id, currency }, -amount, "payout", "STRIPE PAYOUT");
  return payouts.put(scope, {
    ...example<Payout>("payout"),
    id,
    amount,
    arrival_date: (Math.floor(scope.seconds() / DAY_SECONDS) + arrives_in_days) * DAY_SECONDS,
    balance_transaction: transaction.id,
    created: scope.seconds(),
    currency,
    destination: BANK_ACCOUNT,
    status: "pending",
    trace_id: { status: "pending", value: null },
    ...changes,
  });
}

/**
 * Makes the bank pay a payout. If the payout is automatic, its balance transactions can then be
 * listed.
 */
export function deliverPayout(scope: Scope, payout: Payout): Payout {
  if (!["pending", "in_transit"].includes(payout.status)) {
    throw wrongStatus(payout, ["pending", "in_transit"]);
  }
  const sent = change(scope, payout, "payout.updated", { status: "in_transit" });
  const paid = change(scope, sent, "payout.paid", {
    status: "paid",
    trace_id: { status: "supported", value: randomText(15).toUpperCase() },
  });
  if (!payout.automatic) return paid;
  return change(scope, paid, "payout.reconciliation_completed", {
    reconciliation_status: "completed",
  });
}

/** Makes the bank return a payout, even one that is `paid`. The money goes back to the balance. */
export function failPayout(scope: Scope, payout: Payout, failure_code: string): Payout {
  if (payout.status === "failed") throw wrongStatus(payout, ["pending", "in_transit", "paid"]);
  const returned = book(scope, payout, payout.amount, "payout_failure", "STRIPE PAYOUT FAILURE");
  return change(scope, payout, "payout.failed", {
    status: "failed",
    failure_balance_transaction: returned.id,
    failure_code,
    failure_message: `The bank returned the payout: ${failure_code.replaceAll("_", " ")}.`,
  });
}

/**
 * Books a movement into an existing payout, so that the payout's list no longer adds up to the
 * payout's amount.
 */
export function adjustPayout(scope: Scope, payout: Payout, amount: number): void {
  const { id, currency } = payout;
  const whole = { amount, currency, fee: 0, source: id, type: "adjustment" as const };
  const description = "CORRECTION";
  const reporting_category = "other_adjustment";
  const booked = bookMovement(scope, {
    ...whole,
    description,
    reporting_category,
    availableAtOnce: true,
  });
  payoutItems.put(scope, { id: booked.id, payout: id });
}

/**
 * Removes a balance transaction from a payout's list, so that the list no longer adds up to the
 * payout's amount.
 */
export function omitFromPayout(scope: Scope, payout: Payout, transaction: string): void {
  if (payoutItems.find(scope, transaction)?.payout !== payout.id) {
    throw invalidRequest(`The payout ${payout.id} does not list ${transaction}.`);
  }
  payoutItems.put(scope, { id: transaction, payout: OMITTED });
}

function change(
  scope: Scope,
  before: Payout,
  event: Stripe.Event.Type,
  changes: Partial<Payout>,
): Payout {
  const after = payouts.update(scope, before, changes);
  scope.emit(event, after, changed(before, after));
  return after;
}

function payable(scope: Scope, { currency, payments }: PayoutRequest): Stripe.BalanceTransaction[] {
  return balanceTransactions.all(scope).filter((each) =>
    each.status === "available" && (currency ?? each.currency) === each.currency &&
    !payoutItems.find(scope, each.id) &&
    (payments === undefined || payments.includes(paymentOf(scope, each) ?? ""))
  );
}

function payableAmount(scope: Scope, request: PayoutRequest): number {
  return payable(scope, request).reduce((sum, { net }) => sum + net, 0);
}

function book(
  scope: Scope,
  { id, currency }: Pick<Payout, "id" | "currency">,
  amount: number,
  type: "payout" | "payout_failure",
  description: string,
): Stripe.BalanceTransaction {
  const whole = { amount, currency, fee: 0, source: id, type, description, availableAtOnce: true };
  return bookMovement(scope, { ...whole, reporting_category: type });
}

function wrongStatus({ id, status }: Payout, allowed: readonly string[]) {
  return invalidRequest(
    `The status of ${id} must be ${allowed.join(" or ")}, but it is ${status}.`,
  );
}
