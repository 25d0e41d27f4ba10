/** The figure that was measured for a goal, and the verdict. */
import { percentile } from "@farthing/command-line";

/**
 * The spread of one number per round; the report shows the median with the least and the greatest.
 */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** `noisy`: the rounds differ too much for a verdict. `broken`: the arm wrote wrong data. */
export type Verdict = "stretch" | "met" | "missed" | "noisy" | "broken";

/** The goal of a figure, and whether the figure should be above or below it. */
interface Target {
  better: "higher" | "lower";
  goal: number;
  stretch?: number;
}

export interface Figure {
  goal: string;
  what: string;
  target: Target;
  spread: Spread;
  unit: string;
  verdict: Verdict;
}

/**
 * The largest difference between the least and the greatest round, as a part of the median, that
 * allows a verdict.
 */
const MAX_SPREAD = 0.25;

export function spreadOf(values: number[]): Spread {
  return { median: percentile(values, 50), min: Math.min(...values), max: Math.max(...values) };
}

function judge(target: Target, { median, min, max }: Spread): Verdict {
  const reaches = (mark: number) => target.better === "higher" ? median >= mark : median <= mark;
  // A difference may be near zero; its noise is then compared with the goal.
  const size = Math.max(Math.abs(median), target.better === "lower" ? target.goal : 0);
  const noise = max === min ? 0 : (max - min) / size;
  if (noise > MAX_SPREAD) return "noisy";
  if (target.stretch !== undefined && reaches(target.stretch)) return "stretch";
  return reaches(target.goal) ? "met" : "missed";
}

/** Judges the rounds of one figure. */
export function figure(
  goal: string,
  what: string,
  target: Target,
  rounds: number[],
  unit = "×",
): Figure {
  const spread = spreadOf(rounds);
  return { goal, what, target, spread, unit, verdict: judge(target, spread) };
}

/** Makes a figure of an exact count or size, which needs only one measurement. */
export function exact(
  goal: string,
  what: string,
  target: Target,
  value: number,
  unit: string,
): Figure {
  return figure(goal, what, target, [value], unit);
}
