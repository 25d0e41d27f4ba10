/** The expected reports about credits: liabilities, credits, usage, actors, funnel and key figures. */
import type { Quarter, Tokens } from "../facts.ts";
import { add, dayOf, monthOf, ratio, text } from "./amounts.ts";
import type { Movement } from "./account.ts";
import type { Row } from "./money-reports.ts";
import type { Charged } from "./spending.ts";
import type { World } from "./world.ts";

const WEEK_MS = 7 * 86_400_000;

function monthsOf({ from, to }: Quarter): string[] {
  const found: string[] = [];
  for (const at = new Date(from); at.toISOString().slice(0, 10) <= to;) {
    found.push(at.toISOString().slice(0, 7));
    at.setUTCMonth(at.getUTCMonth() + 1);
  }
  return found;
}

const LIABILITY: Readonly<Record<Movement["kind"], string>> = {
  granted: "purchases",
  used: "used",
  debt_paid: "used",
  expired: "breakage",
  refunded: "refunded",
  disputed: "clawed_back",
};
const OUT = ["used", "breakage", "refunded", "clawed_back"];

export function liabilities(world: World, quarter: Quarter): Row[] {
  const valued = world.movements.filter(({ currency }) => currency !== "");
  const currencies = [...new Set(valued.map(({ currency }) => currency))].sort();
  const months = monthsOf(quarter);
  return currencies.flatMap((currency) => {
    let closing = 0;
    const own = valued.filter((each) => each.currency === currency);
    const first = own.map(({ day }) => monthOf(day)).sort()[0]!;
    return months.filter((month) => month >= first).map((month) => {
      const sums: Record<string, number> = { purchases: 0, adjustments: 0 };
      for (const column of OUT) sums[column] = 0;
      for (const { day, kind, value } of own) {
        if (monthOf(day) === month) sums[LIABILITY[kind]]! += Number(value);
      }
      const opening = closing;
      closing = OUT.reduce((rest, column) => rest - sums[column]!, opening + sums.purchases!);
      return { month, currency, product_line: "credits", opening, ...sums, closing };
    });
  }).sort((a, b) => `${a.month} ${a.currency}` < `${b.month} ${b.currency}` ? -1 : 1);
}

/**
 * The value of all remaining credits by currency, computed from the lots alone and not from the movements.
 */
export function worthOfLots(world: World): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { lots } of world.accounts.values()) {
    for (const { price, currency, remaining, amount } of lots) {
      if (price > 0n) {
        add(sums, currency, (2n * price * remaining + amount) / (2n * amount));
      }
    }
  }
  return sums;
}

const CREDIT: Readonly<Record<Movement["kind"], string>> = {
  granted: "granted",
  used: "used",
  debt_paid: "debt_paid",
  expired: "expired",
  refunded: "clawed_back",
  disputed: "clawed_back",
};
const LEFT = ["used", "debt_paid", "expired", "clawed_back"];

export function credits({ movements }: World): Row[] {
  const days = new Map<string, Map<string, bigint>>();
  for (const { day, source, kind, credits } of movements) {
    const key = `${day} ${source}`;
    if (!days.has(key)) days.set(key, new Map());
    add(days.get(key)!, CREDIT[kind], credits);
  }
  const closing = new Map<string, bigint>();
  return [...days].sort(([a], [b]) => a < b ? -1 : 1).map(([key, sums]) => {
    const [day, source] = key.split(" ") as [string, string];
    const of = (column: string) => sums.get(column) ?? 0n;
    const opening = closing.get(source) ?? 0n;
    const after = LEFT.reduce((rest, column) => rest - of(column), opening + of("granted"));
    closing.set(source, after);
    const shown = ["granted", ...LEFT].map((column) => [column, text(of(column))]);
    return {
      day,
      source,
      opening: text(opening),
      ...Object.fromEntries(shown),
      closing: text(after),
    };
  });
}

const KINDS = [
  "input_tokens",
  "cached_input_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
] as const satisfies readonly (keyof Tokens)[];

function usageRow(charges: readonly Charged[]): Row {
  const known = charges.filter(({ cost }) => cost !== null);
  const credits = charges.reduce((sum, each) => sum + each.credits, 0n);
  const priced = known.reduce((sum, each) => sum + each.credits, 0n);
  const cost = known.reduce((sum, each) => sum + each.cost!, 0n);
  const value = priced / 1000n;
  const isKnown = known.length > 0;
  return {
    charges: charges.length,
    corrections: 0,
    ...Object.fromEntries(KINDS.map((kind) => [
      kind,
      charges.reduce((sum, { tokens }) => sum + (tokens?.[kind] ?? 0), 0),
    ])),
    credits: text(credits),
    corrected_credits: "0",
    priced_credits: text(priced),
    value_usd: text(value),
    provider_cost_usd: isKnown ? text(cost) : null,
    margin_usd: isKnown ? text(value - cost) : null,
  };
}

/** The usage, grouped by one or two of the columns `day`, `model` and `feature`, and the total. */
export function usage(
  charged: readonly Charged[],
  groupBy: readonly ("day" | "model" | "feature")[],
): { rows: Row[]; totals: Row[] } {
  const found = new Map<string, Charged[]>();
  for (const each of charged) {
    const key = JSON.stringify(groupBy.map((column) => each[column]));
    found.set(key, [...found.get(key) ?? [], each]);
  }
  const all = charged.reduce((sum, each) => sum + each.credits, 0n);
  const rows = [...found].map(([key, charges]) => {
    const names = JSON.parse(key) as (string | null)[];
    const credits = charges.reduce((sum, each) => sum + each.credits, 0n);
    const blank = { day: null, model: null, origin: null, feature: null };
    const named = Object.fromEntries(groupBy.map((column, index) => [column, names[index]!]));
    return { ...blank, ...named, ...usageRow(charges), share: ratio(credits, all) };
  });
  return { rows, totals: charged.length === 0 ? [] : [usageRow(charged)] };
}

/**
 * For each day, author and kind: the number and the sum of the entries. Also returns the number and
 * the sum of the refunds that this operator requested.
 */
export function actors({ entries, refundsAsked }: World, operator: string): Row[] {
  const found = new Map<string, { count: number; sum: bigint }>();
  const count = (key: string, amount: bigint) => {
    const before = found.get(key) ?? { count: 0, sum: 0n };
    found.set(key, { count: before.count + 1, sum: before.sum + amount });
  };
  for (const { day, author, kind, credits } of entries) count(`${day} ${author} ${kind}`, credits);
  for (const { day, currency, amount } of refundsAsked) {
    count(`${day} operator:${operator} refund_requested ${currency}`, amount);
  }
  return [...found].map(([key, { count, sum }]) => {
    const [day, author, kind, currency = null] = key.split(" ") as [
      string,
      string,
      string,
      string?,
    ];
    const figures = currency === null
      ? { source: "entries", credits: text(sum), amount: null }
      : { source: "refunds", credits: null, amount: Number(sum) };
    const author_kind = author.split(":")[0]!;
    return { day, author_kind, author, kind, currency, count, ...figures };
  });
}

const share = (part: number, all: number) => ratio(BigInt(part), BigInt(all));

export function funnel(world: World): { rows: Row[]; totals: Row[] } {
  const orders = [...world.orders.values()];
  const packages = orders.filter(({ isTopUp }) => !isTopUp);
  const refusals = [...world.spending.refusals.values()].map((refusal) => {
    const paid = orders.filter(({ customer, paidAt }) =>
      customer === refusal.customer && paidAt !== null
    ).map(({ paidAt }) => paidAt!);
    const isSoon = (at: number) => at >= refusal.at && at < refusal.at + WEEK_MS;
    return {
      ...refusal,
      hasPaid: paid.some(isSoon),
      isFirst: paid.length > 0 && isSoon(Math.min(...paid)),
    };
  });
  const figures = (isIn: (day: string) => boolean): Row => {
    const begun = packages.filter(({ madeAt }) => isIn(dayOf(madeAt)));
    const paid = begun.filter(({ paidAt }) => paidAt !== null);
    const refused = refusals.filter(({ day }) => isIn(day));
    const count = (some: typeof refused) => new Set(some.map(({ customer }) => customer)).size;
    const firsts = count(refused.filter(({ isFirst }) => isFirst));
    return {
      packages_seen: null,
      checkouts: begun.length,
      buyers: new Set(paid.map(({ customer }) => customer)).size,
      paid: paid.length,
      free: 0,
      paid_share: share(paid.length, begun.length),
      refusals: refused.reduce((sum, each) => sum + each.count, 0),
      refused_accounts: count(refused),
      purchases_after_refusal: count(refused.filter(({ hasPaid }) => hasPaid)),
      first_purchases_after_refusal: firsts,
      conversion: share(firsts, count(refused)),
    };
  };
  const days = new Set([
    ...packages.map(({ madeAt }) => dayOf(madeAt)),
    ...refusals.map(({ day }) => day),
  ]);
  const rows = [...days].sort().map((day) => ({ day, ...figures((each) => each === day) }));
  return { rows, totals: [figures(() => true)] };
}

/**
 * Returns a percentile by the nearest-rank method: the smallest of the values such that at least
 * this share of all values is less than or equal to it.
 */
function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export function kpis(world: World): Row[] {
  const orders = [...world.orders.values()].filter(({ paidAt }) => paidAt !== null);
  const waits = orders.filter(({ isTopUp }) => !isTopUp)
    .map(({ madeAt, paidAt }) => (paidAt! - madeAt) / 1000);
  const of = (...kinds: string[]) => world.entries.filter(({ kind }) => kinds.includes(kind));
  const sum = (entries: World["entries"]) =>
    entries.reduce((all, { credits }) => all + credits, 0n);
  const [bought, debited] = [of("purchase"), of("debit", "usage", "settle")];
  return [
    ["time_to_first_dollar_p50", String(percentile(waits, 0.5)), "s", waits.length],
    ["time_to_first_dollar_p95", String(percentile(waits, 0.95)), "s", waits.length],
    ["evidence_completeness", "1", "share", orders.length],
    ["purchased_credits", text(sum(bought)), "credits", bought.length],
    ["debited_credits", text(sum(debited)), "credits", debited.length],
  ].map(([name, value, unit, samples]) => ({ name, value, unit, samples }) as Row);
}
