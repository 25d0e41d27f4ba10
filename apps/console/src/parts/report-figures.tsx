/**
 * Columns of reports: they format each kind of figure, and keep every digit that the API returns.
 */
import type { ReactNode } from "react";
import { formatCredits } from "@/lib/farthing-format";
import type { Column } from "./data-table.tsx";
import { moneyOf, percentOf, usdOf } from "./decimal-units.ts";
import { Id, Moment, None } from "./figures.tsx";
import { titleOf, wordsOf } from "./api-names.ts";

export type Kind =
  | "count"
  | "credits"
  | "day"
  | "decimal"
  | "flag"
  | "id"
  | "measure"
  | "moment"
  | "money"
  | "share"
  | "text"
  | "usd"
  | "words";

const FIGURES: readonly Kind[] = [
  "count",
  "credits",
  "decimal",
  "measure",
  "money",
  "share",
  "usd",
];

interface Measured {
  readonly unit?: string;
  readonly currency?: string | null;
}

/** Formats a figure in the unit that its row names. */
export function measureOf(value: string, { unit = "", currency = null }: Measured): string {
  if (unit === "minor units" && currency) return moneyOf(value, currency);
  if (unit === "ratio" || unit === "share") return percentOf(value);
  // "1 accounts" becomes "1 account". Short units, such as s and ms, have no plural.
  const one = value === "1" && unit.length > 2 ? unit.replace(/s$/, "") : unit;
  return `${formatCredits(value)} ${one}`;
}

const WRITERS: Readonly<Record<Kind, (value: never, row: never) => ReactNode>> = {
  count: (value: number) => formatCredits(String(value)),
  credits: (value: string) => formatCredits(value),
  day: (value: string) => <span className="whitespace-nowrap tabular-nums">{value}</span>,
  decimal: (value: string) => value,
  flag: (value: boolean) => value ? "yes" : "no",
  id: (value: string) => <Id of={value} />,
  measure: measureOf,
  moment: (value: string) => <Moment at={value} />,
  money: (value: number, { currency }: { currency: string }) => moneyOf(String(value), currency),
  share: (value: string) => percentOf(value),
  text: (value: string | number) => String(value),
  usd: (value: string) => usdOf(value),
  words: (value: string) => wordsOf(value),
};

export interface ReportColumn<Row> {
  readonly key: keyof Row & string;
  readonly kind: Kind;
  readonly title?: string;
  /** Renders the cell in another way, for example as a link. */
  readonly cell?: (row: Row) => ReactNode;
  /**
   * The text for null in a column where null has a meaning of its own. By default, null means that
   * there is no value.
   */
  readonly without?: string;
  /**
   * The text of this column's cell in a total that covers all values of the column, such as "all".
   * In a total for one value, the cell shows that value.
   */
  readonly summed?: string;
}

/** Returns the columns of a table of a report's rows. A cell without a value stays empty. */
export function columnsOf<Row extends object>(
  columns: readonly ReportColumn<Row>[],
): Column<Partial<Row>>[] {
  return columns.map(({ key, kind, title, cell, without, summed }) => ({
    title: title ?? titleOf(key),
    isFigure: FIGURES.includes(kind),
    cell: (row) => {
      const value = row[key];
      if (value === undefined) return summed ?? null;
      if (value === null) return without ?? <None />;
      return cell?.(row as Row) ?? WRITERS[kind](value as never, row as never);
    },
  }));
}
