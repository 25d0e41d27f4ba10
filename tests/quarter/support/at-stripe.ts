/** Sums of the emulator's balance transactions, which the official SDK lists. */
import type Stripe from "stripe";
import { add } from "../model/amounts.ts";
import type { Row } from "../model/money-reports.ts";
import type { Shop } from "../shop/shop.ts";

export async function transactionsAtStripe(
  { stripe }: Shop,
  of: Stripe.BalanceTransactionListParams = {},
): Promise<Stripe.BalanceTransaction[]> {
  const found: Stripe.BalanceTransaction[] = [];
  for await (const each of stripe.balanceTransactions.list({ ...of, limit: 100 })) found.push(each);
  return found;
}

const COLUMN: Readonly<Record<string, string>> = {
  charge: "gross",
  refund: "refunds",
  refund_failure: "refunds",
  dispute: "disputes",
  dispute_reversal: "disputes",
  platform_earning: "application_fees",
  platform_earning_refund: "application_fees",
  transfer: "transfers",
  transfer_reversal: "transfers",
};

/**
 * Adds up the transactions of each currency, without payouts. Returns the sum of the amounts of
 * each category, the sum of all fees, and the sum of all net amounts.
 */
export function sumsByHand(transactions: readonly Stripe.BalanceTransaction[]): string[] {
  const sums = new Map<string, bigint>();
  for (const { currency, reporting_category, amount, fee, net } of transactions) {
    if (reporting_category.startsWith("payout")) continue;
    add(sums, `${currency} ${COLUMN[reporting_category]}`, BigInt(amount));
    add(sums, `${currency} fees`, BigInt(-fee));
    add(sums, `${currency} balance_change`, BigInt(net));
  }
  return listed(sums);
}

/** Returns the same sums as `sumsByHand`, computed from the rows of the revenue report. */
export function sumsOfReport(rows: readonly Row[]): string[] {
  const sums = new Map<string, bigint>();
  for (const row of rows) {
    const put = (name: string, ...columns: string[]) => {
      for (const column of columns) {
        add(sums, `${row.currency} ${name}`, BigInt(Number(row[column])));
      }
    };
    for (const column of ["gross", "refunds", "disputes", "transfers"]) put(column, column);
    put("application_fees", "application_fees", "application_fee_refunds");
    put("fees", "dispute_fees", "stripe_fees", "stripe_fees_provisional");
    put("balance_change", "balance_change");
  }
  return listed(sums);
}

const listed = (sums: ReadonlyMap<string, bigint>) =>
  [...sums].filter(([, sum]) => sum !== 0n).map(([name, sum]) => `${name} ${sum}`).sort();
