/**
 * Formats the fields of settings: in the same way in a table, in the preview of a change and in the
 * history.
 */
import { createContext, type ReactNode, useContext } from "react";
import { formatCredits } from "@/lib/farthing-format";
import { durationOf, secondsOf } from "../../parts/durations.ts";
import { basisPointsOf, moneyOf, usdOf } from "../../parts/decimal-units.ts";
import { Moment, None } from "../../parts/figures.tsx";
import { labelOf } from "../../parts/api-names.ts";

/** The kind of a value. Values of `money` are in the minor unit of the currency. */
export type SettingKind =
  | "credits"
  | "duration"
  | "flag"
  | "moment"
  | "percent"
  | "text"
  | "usd"
  | { readonly money: string }
  | { readonly unit: string; readonly currency: string };

/** The kind of each field whose name means the same on all pages. */
const KINDS: Readonly<Partial<Record<string, SettingKind>>> = {
  ...{ active: "flag", enabled: "flag", highlight: "flag" },
  ...{ baseline: "duration", period: "duration" },
  ...{ fires_after: "duration", resolves_after: "duration" },
  percentage: "percent",
  ...{ credits: "credits", bonus_credits: "credits", effective_from: "moment" },
};

const PRICE = /^price_([a-z]{3})$/;

/** The kind of each field that only one page has, such as a setting of the policy. */
export const KindsOfPage = createContext<Readonly<Partial<Record<string, SettingKind>>>>({});

function kindOf(field: string, ofPage: Readonly<Partial<Record<string, SettingKind>>>) {
  const currency = PRICE.exec(field)?.[1];
  if (currency !== undefined) return { money: currency };
  return ofPage[field] ?? KINDS[field] ?? (field.endsWith("_usd") ? "usd" : "text");
}

/** Names a field: `price_usd` is "price in USD". */
export function fieldOf(field: string): string {
  const currency = PRICE.exec(field)?.[1];
  return currency === undefined ? labelOf(field) : `price in ${currency.toUpperCase()}`;
}

/**
 * Formats a number with its unit. If forms use another unit for this value, the text also contains
 * the value in that unit.
 */
function measured(value: string, unit: string, currency: string): string {
  switch (unit) {
    case "minor units":
      return `${moneyOf(value, currency)} (${value} ${unit})`;
    case "credits per minor unit":
      return `${formatCredits(value)} credits per ${moneyOf("1", currency)}`;
    case "hundredths of a percent":
      return `${basisPointsOf(value)} (${value} ${unit})`;
    default:
      return `${formatCredits(value)} ${unit}`;
  }
}

/** Whether the value is a day without a time. Such a day is shown unchanged. */
const isDay = (value: string) => /^\d{4}-\d\d-\d\d$/.test(value);

/** Formats a value of this kind. */
function written(kind: SettingKind, value: string): ReactNode {
  if (typeof kind === "object") {
    return "money" in kind ? moneyOf(value, kind.money) : measured(value, kind.unit, kind.currency);
  }
  switch (kind) {
    case "credits":
      return formatCredits(value);
    case "duration":
      return secondsOf(value);
    case "flag":
      return value === "true" ? "yes" : "no";
    case "moment":
      return isDay(value) ? value : <Moment at={value} />;
    case "percent":
      return `${value} %`;
    case "usd":
      return usdOf(value);
    default:
      return value;
  }
}

/**
 * Returns a function that formats a field's lowest and highest value in a unit that is easier to
 * read. Returns undefined if the form itself uses that unit.
 */
function limitOf(kind: SettingKind): ((value: string) => string) | undefined {
  if (kind === "duration") return (value) => durationOf(Number(value));
  if (typeof kind !== "object" || "money" in kind) return undefined;
  if (kind.unit === "minor units") return (value) => moneyOf(value, kind.currency);
  return kind.unit === "hundredths of a percent" ? basisPointsOf : undefined;
}

/**
 * The lowest and the highest value in words. A highest value that consists of at least 15 nines
 * means that there is no limit.
 */
export function boundsOf(kind: SettingKind, lowest: string, highest: string | null): string {
  const isOpen = highest === null || /^9{15,}$/.test(highest);
  if (/^0\.0+1$/.test(lowest) && isOpen) return "more than 0";
  const limit = limitOf(kind);
  const write = limit ?? formatCredits;
  if (isOpen) return `${write(lowest)} or more`;
  const words = `${write(lowest)} to ${write(highest)}`;
  return limit === undefined ? words : `${words} (${lowest} to ${highest})`;
}

/** Shows the value of a field, or that the field has no value. */
export function SettingValue(
  { field, value }: { readonly field: string; readonly value: string | null },
) {
  const kinds = useContext(KindsOfPage);
  return value === null ? <None /> : written(kindOf(field, kinds), value);
}
