/** Turns the names that the API uses into words that people read. */

/** Formats a name of the API as words: `partially_refunded` is "partially refunded". */
export const wordsOf = (name: string): string => name.replaceAll("_", " ");

/** Formats the name of a figure or a setting as words: `cost_usd` is "cost (USD)". */
export const labelOf = (name: string): string => wordsOf(name).replace(/ usd$/, " (USD)");

const TITLES: Readonly<Partial<Record<string, string>>> = {
  day: "Day (UTC)",
  month: "Month (UTC)",
  gmv: "GMV",
  arpu: "ARPU",
};

/** Formats the name as `labelOf` does, but with a capital letter: `cost_usd` is "Cost (USD)". */
export function titleOf(name: string): string {
  const words = labelOf(name);
  return TITLES[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
