/**
 * Lists balance transactions of a payout or of a period, page by page, and gives their fields the
 * names that this project uses.
 */
import type Stripe from "stripe";
import type { BalanceTransaction } from "../../contracts/stripe/balance-transaction.ts";
import { type StripeCaller } from "./client.ts";
import { StripeRefused, unavailable } from "./error-classes.ts";
import { markOf } from "./stored-facts/installation-mark.ts";
import { idOf } from "./stored-facts/object-id.ts";

export interface BalancePage {
  readonly transactions: readonly BalanceTransaction[];
  /**
   * The id of the last balance transaction on this page. The next page begins after it. Null on the
   * last page.
   */
  readonly after: string | null;
}

export interface BalanceLists {
  /**
   * Returns a page of the balance transactions of a payout.
   * @param after the id of the last transaction of the previous page; null for the first page
   * @returns null while Stripe cannot list the payout yet
   * @throws ApiError `upstream_unavailable`
   */
  listPayout(payoutId: string, after: string | null): Promise<BalancePage | null>;
  /**
   * Returns a page of the balance transactions of a period, the newest first.
   * @param period its first and last second, in seconds since 1970
   * @param after the id of the last transaction of the previous page; null for the first page
   * @throws ApiError `upstream_unavailable`
   */
  listBalance(
    period: { since: number; until: number },
    after: string | null,
  ): Promise<BalancePage>;
}

type SourceFacts = Pick<
  BalanceTransaction,
  | "kind"
  | "payment_id"
  | "charge_id"
  | "fee_id"
  | "transfer_id"
  | "our_id"
  | "mark"
  | "source_amount"
  | "source_currency"
>;
type Source = Exclude<Stripe.BalanceTransaction["source"], string | null>;

const PAGE_SIZE = 100;
const NOT_READY = "payout_reconciliation_not_ready";
const PAYMENTS = ["charge", "payment"];
/**
 * Balance transactions of these types must come with their source. Without the source, they could
 * not be compared with our records.
 */
const COMPARED = [
  ...PAYMENTS,
  "refund",
  "payment_refund",
  "application_fee",
  "application_fee_refund",
];

const NOTHING: SourceFacts = {
  kind: "other",
  payment_id: null,
  charge_id: null,
  fee_id: null,
  transfer_id: null,
  our_id: null,
  mark: null,
  source_amount: null,
  source_currency: null,
};

function ourIdOf(metadata: Stripe.Metadata | null | undefined, names: string[]): string | null {
  return names.map((name) => metadata?.[name]).find((id) => id !== undefined) ?? null;
}

/**
 * Returns the facts of the source of a balance transaction. Stripe's charges, refunds, disputes,
 * fees and fee refunds are compared with our records. Other transactions, such as transfers, are
 * not compared; they count only in the sum of the payout.
 */
function sourceFacts(type: string, source: Source): SourceFacts {
  const sum = (of: { amount: number; currency: string }) => ({
    ...NOTHING,
    source_amount: of.amount,
    source_currency: of.currency,
  });
  switch (source.object) {
    case "charge": {
      // When a bank debit fails, Stripe takes the money back in a second transaction whose source
      // is also the charge. That transaction is no payment, so it gets only the charge's id.
      if (!PAYMENTS.includes(type)) return { ...NOTHING, charge_id: source.id };
      const our_id = ourIdOf(source.metadata, ["order_id", "booking_id"]);
      const payment_id = idOf(source.payment_intent);
      const mark = markOf(source);
      return { ...sum(source), kind: "charge", payment_id, charge_id: source.id, our_id, mark };
    }
    case "refund": {
      const our_id = ourIdOf(source.metadata, ["refund_id"]);
      const payment_id = idOf(source.payment_intent);
      return { ...sum(source), kind: "refund", payment_id, our_id, mark: markOf(source) };
    }
    case "dispute":
      return { ...sum(source), kind: "dispute", payment_id: idOf(source.payment_intent) };
    case "application_fee": {
      const charge_id = idOf(source.originating_transaction ?? source.charge);
      return { ...sum(source), kind: "fee", charge_id, fee_id: source.id };
    }
    case "fee_refund":
      return { ...sum(source), kind: "fee_refund", fee_id: idOf(source.fee) };
    case "transfer":
      return { ...NOTHING, kind: "transfer", charge_id: idOf(source.source_transaction) };
    case "transfer_reversal":
      return { ...NOTHING, kind: "transfer_reversal", transfer_id: idOf(source.transfer) };
    case "payout":
      // A payout is the source of two kinds of balance transactions. Those of the type `payout` pay
      // the money out; the others return the money of a failed or cancelled payout.
      return { ...NOTHING, kind: type === "payout" ? "payout" : "other" };
    default:
      return NOTHING;
  }
}

/**
 * Returns whether the transaction's description may name a customer. Only the description of a
 * payment or a refund may contain a name.
 */
function isNamed(source: Stripe.BalanceTransaction["source"]): boolean {
  return typeof source === "object" && source !== null &&
    ["charge", "refund"].includes(source.object);
}

function toTransaction(transaction: Stripe.BalanceTransaction): BalanceTransaction {
  const { id, type, source, amount, fee, net, currency, created, available_on } = transaction;
  if (COMPARED.includes(type) && (typeof source !== "object" || source === null)) {
    throw unavailable(`stripe: the response leaves out the source of a ${type}`, 502);
  }
  const facts = typeof source === "object" && source !== null ? sourceFacts(type, source) : NOTHING;
  return {
    ...facts,
    transaction_id: id,
    type,
    reporting_category: transaction.reporting_category ?? null,
    description: isNamed(source) ? null : transaction.description,
    source_id: idOf(source),
    amount,
    fee,
    net,
    currency,
    occurred_at: created,
    available_on,
  };
}

function toPage(page: Stripe.ApiList<Stripe.BalanceTransaction>): BalancePage {
  const isList = page?.object === "list" && Array.isArray(page.data);
  // An empty page with `has_more` is invalid: it names no transaction after which the list
  // continues.
  if (!isList || typeof page.has_more !== "boolean" || (page.has_more && page.data.length === 0)) {
    throw unavailable("stripe: the response is not a list", 502);
  }
  const transactions = page.data.map(toTransaction);
  return { transactions, after: page.has_more ? transactions.at(-1)!.transaction_id : null };
}

export function createBalanceLists({ call }: StripeCaller): BalanceLists {
  async function list(
    of: Stripe.BalanceTransactionListParams,
    after: string | null,
  ): Promise<BalancePage> {
    const params: Stripe.BalanceTransactionListParams = {
      ...of,
      limit: PAGE_SIZE,
      expand: ["data.source"],
      ...(after !== null && { starting_after: after }),
    };
    return toPage(await call((stripe) => stripe.balanceTransactions.list(params)));
  }
  return {
    listBalance: ({ since, until }, after) => list({ created: { gte: since, lte: until } }, after),
    async listPayout(payout, after) {
      try {
        return await list({ payout }, after);
      } catch (error) {
        if (error instanceof StripeRefused && error.stripeCode === NOT_READY) return null;
        throw error;
      }
    },
  };
}
