/** The expected reports about money: revenue, metrics, payouts and the journal. */
import { add, dayOf, ratio, text, UNIT } from "./amounts.ts";
import type { Line, Payout, Product } from "./stripe.ts";
import type { World } from "./world.ts";

/** A row as JSON represents it: money is a number; credits and ratios are strings. */
export type Row = Record<string, string | number | boolean | null>;

const COLUMN: Readonly<Record<string, string>> = {
  charge: "gross",
  discount: "discounts",
  tax: "tax",
  refund: "refunds",
  refund_failure: "refunds",
  dispute: "disputes",
  dispute_reversal: "disputes",
  dispute_fee: "dispute_fees",
  application_fee: "application_fees",
  application_fee_refund: "application_fee_refunds",
  transfer: "transfers",
  transfer_reversal: "transfers",
  stripe_fee: "stripe_fees",
  stripe_fee_provisional: "stripe_fees_provisional",
};
const COLUMNS = [...new Set(Object.values(COLUMN))];

function revenueOf(lines: readonly Line[], product: Product): Row {
  const sums = Object.fromEntries(COLUMNS.map((column) => [column, 0]));
  for (const { kind, amount } of lines) sums[COLUMN[kind]!]! += Number(amount);
  const sum = (...columns: string[]) => columns.reduce((all, each) => all + sums[each]!, 0);
  const fees = sum("dispute_fees", "stripe_fees", "stripe_fees_provisional");
  const own = product === "credits"
    ? sum("gross", "discounts", "refunds", "disputes")
    : sum("application_fees", "application_fee_refunds");
  return { ...sums, lines: lines.length, net: own + fees, balance_change: sum(...COLUMNS) };
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(keyOf(item), [...found.get(keyOf(item)) ?? [], item]);
  return [...found].sort(([a], [b]) => a < b ? -1 : 1);
}

export function revenue({ books }: World): { rows: Row[]; totals: Row[] } {
  const keyed = groups(books.lines, (each) => `${each.day} ${each.product} ${each.currency}`);
  const rows = keyed.map(([, lines]) => {
    const { day, product, currency } = lines[0]!;
    const closed = day < books.openFrom;
    return { day, product_line: product, currency, closed, ...revenueOf(lines, product) };
  });
  const totals = groups(books.lines, (each) => `${each.product} ${each.currency}`)
    .map(([, lines]) => {
      const { product, currency } = lines[0]!;
      return { product_line: product, currency, ...revenueOf(lines, product) };
    });
  return { rows, totals };
}

type Metric = [
  name: string,
  product: string | null,
  currency: string | null,
  numerator: bigint,
  denominator: bigint | null,
];

const whole = (count: number | bigint) => BigInt(count) * UNIT;

function moneyMetrics({ books }: World): Metric[] {
  const found: Metric[] = [];
  const currencies = groups(books.lines, ({ currency }) => currency);
  for (const [currency, all] of currencies) {
    const byProduct = groups(all, ({ product }) => product) as [Product, Line[]][];
    const sums = new Map(byProduct.map(([product, lines]) => [product, revenueOf(lines, product)]));
    const parts: [string | null, Line[], Row[]][] = [
      ...byProduct.map(([product, lines]) =>
        [product, lines, [sums.get(product)!]] as [string, Line[], Row[]]
      ),
      [null, all, [...sums.values()]],
    ];
    for (const [product, lines, rows] of parts) {
      const sum = (column: string) => whole(rows.reduce((n, row) => n + Number(row[column]), 0));
      const paying = lines.filter(({ kind }) => kind === "charge").map(({ customer }) => customer);
      const accounts = whole(new Set(paying).size);
      found.push(["gmv", product, currency, sum("gross"), null]);
      found.push(["net_revenue", product, currency, sum("net"), null]);
      if (accounts > 0n) found.push(["paying_accounts", product, currency, accounts, null]);
      found.push(["arpu", product, currency, sum("net"), accounts]);
      if (product !== "bookings") continue;
      const fees = sum("application_fees") + sum("application_fee_refunds");
      found.push(["take_rate", product, currency, fees, sum("gross")]);
    }
  }
  return found;
}

export function metrics(world: World): Row[] {
  const packages = [...world.orders.values()].filter(({ isTopUp }) => !isTopUp);
  const accounts = (orders: typeof packages) => whole(new Set(orders.map((o) => o.customer)).size);
  const known = world.spending.charged.filter(({ cost }) => cost !== null);
  const value = known.reduce((sum, { credits }) => sum + credits, 0n) / 1000n;
  const cost = known.reduce((sum, each) => sum + each.cost!, 0n);
  const found: Metric[] = [
    ...moneyMetrics(world),
    [
      "conversion",
      "credits",
      null,
      accounts(packages.filter(({ paidAt }) => paidAt !== null)),
      accounts(packages),
    ],
    ["take_rate", "credits", "usd", value - cost, value],
  ];
  for (const [currency, bookings] of groups([...world.bookings.all.values()], (b) => b.currency)) {
    const asked = whole(bookings.reduce((sum, { fee }) => sum + fee, 0n));
    found.push(["application_fees_requested", "bookings", currency, asked, null]);
    found.push(["application_fee_capture", "bookings", currency, asked, asked]);
    found.push(["application_fees_missing", "bookings", currency, 0n, null]);
  }
  return found.map(([name, product_line, currency, numerator, denominator]) => ({
    name,
    product_line,
    currency,
    numerator: text(numerator),
    denominator: denominator === null ? null : text(denominator),
    value: denominator === null ? text(numerator) : ratio(numerator, denominator),
  }));
}

function payoutRow(payout: Payout): Row {
  const { name, lines, itemised, amount, madeAt, currency, isAutomatic } = payout;
  const isKnown = itemised === "listed" || itemised === "assigned";
  const known = isKnown ? lines : [];
  const sum = known.reduce((all, each) => all + each.amount - each.fee, 0n);
  return {
    day: dayOf(madeAt),
    payout_id: name,
    currency,
    amount: Number(amount),
    lines: known.length,
    sum: Number(sum),
    difference: isKnown ? Number(amount - sum) : null,
    fees: 0 - Number(known.reduce((all, { fee }) => all + fee, 0n)),
    automatic: isAutomatic,
    status: payout.status,
    itemised,
    mismatches: 0,
  };
}

export const payouts = ({ books }: World): Row[] => books.payouts.map(payoutRow);

/**
 * Maps each kind of money line to the bookkeeping account on the credit side of its journal entry.
 * Each day has at most one journal entry per kind.
 */
const CREDITED: Readonly<Record<string, string>> = {
  "credits charge": "unapplied_payments",
  "credits refund": "refunds",
  "credits refund_failure": "refunds",
  "credits dispute": "disputes",
  "credits dispute_reversal": "disputes",
  "bookings application_fee": "application_fees",
  "bookings application_fee_refund": "application_fees",
};
const ACCOUNT_OF: Readonly<Record<string, readonly [string, string]>> = {
  granted: ["unapplied_payments", "deferred_revenue"],
  used: ["deferred_revenue", "credit_revenue"],
  debt_paid: ["deferred_revenue", "credit_revenue"],
  expired: ["deferred_revenue", "breakage_revenue"],
  refunded: ["deferred_revenue", "refunds"],
  disputed: ["deferred_revenue", "disputes"],
};

export function journal({ books, movements }: World): Row[] {
  const sums = new Map<string, bigint>();
  for (const { day, product, currency, kind, amount } of books.lines) {
    const isFee = kind.startsWith("stripe_fee") || kind === "dispute_fee";
    const credited = isFee ? "stripe_fees" : CREDITED[`${product} ${kind}`] ?? "provider_payable";
    add(sums, `${day} ${currency} ${product} ${kind}|stripe_balance|${credited}`, amount);
  }
  for (const { day, currency, kind, value } of movements) {
    if (currency === "") continue;
    const word = kind === "debt_paid" ? "used" : kind;
    add(sums, `${day} ${currency} credits ${word}|${ACCOUNT_OF[kind]!.join("|")}`, value);
  }
  return [...sums].filter(([, amount]) => amount !== 0n).flatMap(([key, amount]) => {
    const [entry_id, debited, credited] = key.split("|") as [string, string, string];
    const [day, currency] = entry_id.split(" ") as [string, string];
    const [debit, credit] = amount > 0n ? [debited, credited] : [credited, debited];
    const size = Number(amount < 0n ? -amount : amount);
    return [
      { day, entry_id, currency, account: debit, debit: size, credit: 0 },
      { day, entry_id, currency, account: credit, debit: 0, credit: size },
    ];
  });
}
