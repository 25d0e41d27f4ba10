/**
 * Reads a package's prices in the history of the settings, and gives them the names that a dry run
 * uses.
 */
import type { PackageSettings, PastSettingChange } from "@farthing/client";

type Field = PastSettingChange["fields"][number];
type Side = "from" | "to";

/**
 * The columns of the history that contain prices: two for the first price, and one for all others.
 */
const COLUMNS: readonly string[] = ["amount", "currency", "other_prices"];

const fieldIn = ({ fields }: PastSettingChange, name: string): Field | undefined =>
  fields.find(({ field }) => field === name);

/**
 * Returns the currency that a package's first price had before a change, and the one that it had
 * after the change. The history of a change contains the currency only if the change replaced it.
 * Otherwise the currency is the same before and after the change: it is the `from` of the next
 * later change that contains a currency. If there is no such change, it is the present currency.
 */
function currenciesOf(past: PastSettingChange, { packages, history }: PackageSettings) {
  const own = fieldIn(past, "currency");
  if (own !== undefined) return own;
  const newer = history.slice(0, history.indexOf(past)).filter(({ name }) => name === past.name);
  const next = newer.toReversed().map((each) => fieldIn(each, "currency")).find(Boolean);
  const now = packages.find(({ slug }) => slug === past.name)?.prices[0]?.currency;
  const currency = next?.from ?? now ?? null;
  return { from: currency, to: currency };
}

function pricesOn(side: Side, past: PastSettingChange, currency: string | null) {
  const first = fieldIn(past, "amount")?.[side] ?? null;
  const others = JSON.parse(fieldIn(past, "other_prices")?.[side] ?? "{}") as object;
  const prices = Object.entries(others).map(([name, amount]) => [name, String(amount)] as const);
  return new Map(currency === null || first === null ? prices : [[currency, first], ...prices]);
}

/**
 * Returns the fields of an earlier change. The price in each currency is a separate field, such as
 * `price_usd`.
 */
export function pricesOfHistory(past: PastSettingChange, settings: PackageSettings): Field[] {
  const currencies = currenciesOf(past, settings);
  const before = pricesOn("from", past, currencies.from);
  const after = pricesOn("to", past, currencies.to);
  const prices = [...new Set([...before.keys(), ...after.keys()])].map((currency) => ({
    field: `price_${currency}`,
    from: before.get(currency) ?? null,
    to: after.get(currency) ?? null,
  }));
  return [
    ...prices.filter(({ from, to }) => from !== to),
    ...past.fields.filter(({ field }) => !COLUMNS.includes(field)),
  ];
}
