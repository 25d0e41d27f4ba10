/** The measured figure for a goal, and whether it meets the goal. */
import { percentile } from "@farthing/command-line";

/**
 * A summary of the values of all rounds. The report shows the median, the lowest and the highest
 * value.
 */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** `noisy`: the rounds differ too much for a verdict. `broken`: the arm wrote wrong data. */
export type Verdict = "stretch" | "met" | "missed" | "noisy" | "broken";

/** The value that a figure should reach, and whether higher or lower values are better. */
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
 * If the lowest and the highest round differ by more than this fraction of the median, there is no
 * verdict.
 */
const MAX_SPREAD = 0.25;

export function spreadOf(values: number[]): Spread {
  return { median: percentile(values, 50), min: Math.min(...values), max: Math.max(...values) };
}

function judge(target: Target, { median, min, max }: Spread): Verdict {
  const reaches = (mark: number) => target.better === "higher" ? median >= mark : median <= mark;
  // If the median is near zero, the difference between rounds is compared with the goal instead.
  const size = Math.max(Math.abs(median), target.better === "lower" ? target.goal : 0);
  const noise = max === min ? 0 : (max - min) / size;
  if (noise > MAX_SPREAD) return "noisy";
  if (target.stretch !== undefined && reaches(target.stretch)) return "stretch";
  return reaches(target.goal) ? "met" : "missed";
}

/** Makes a figure from the values of all rounds, and judges it. */
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

/** Makes a figure from an exact count or size, for which one measurement is enough. */
export function exact(
  goal: string,
  what: string,
  target: Target,
  value: number,
  unit: string,
): Figure {
  return figure(goal, what, target, [value], unit);
}
