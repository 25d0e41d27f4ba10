/** Formats figures for the terminal and for the page. */
import type { Figure, Verdict } from "./verdict.ts";
import type { StartRow } from "./section.ts";

export const VERDICT_TEXT: Record<Verdict, string> = {
  stretch: "met, stretch too",
  met: "met",
  missed: "missed",
  noisy: "refused: rounds differ by over 25 %",
  broken: "0: it breaks an invariant",
};

/** Formats counts as whole numbers; formats ratios and milliseconds with two or three decimals. */
export function amount(value: number, unit: string): string {
  const text = Number.isInteger(value) ? String(value) : value.toFixed(value < 0.1 ? 3 : 2);
  return unit === "" ? text : `${text} ${unit}`;
}

export function goalText({ target, unit }: Figure): string {
  if (target.better === "lower" && target.goal <= 1 && unit === "") return amount(target.goal, "");
  return `${target.better === "higher" ? "≥" : "≤"} ${amount(target.goal, unit)}`;
}

/**
 * Returns the lowest and the highest value of the rounds; empty if all rounds gave the same value.
 */
export function rangeText({ spread: { min, max }, unit }: Figure): string {
  return min === max ? "" : `${amount(min, "")} to ${amount(max, unit)}`;
}

export function perSecondText(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Returns the milliseconds of a call; empty if calls were not timed. */
export function msText(ms: number | undefined): string {
  return ms === undefined ? "" : ms.toFixed(2);
}

export const START_TITLES = ["function", "sources, ms", "bundle, ms", "bundle to sources"];

export function startCells({ name, sources, bundle }: StartRow): string[] {
  return [name, sources.toFixed(0), bundle.toFixed(0), amount(bundle / sources, "×")];
}
