/** A goal, what was measured of it, and the verdict. */
import { percentile } from "@farthing/command-line";

/** One number per round; what is reported is the median, with the least and the most beside it. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** `noisy`: the rounds lie too far apart to say. `broken`: the arm was fast and wrong. */
export type Verdict = "stretch" | "met" | "missed" | "noisy" | "broken";

/** Which side of its goal a figure should be on. */
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

/** More than this between the least and the most, of the median, and a run says nothing. */
const MAX_SPREAD = 0.25;

export function spreadOf(values: number[]): Spread {
  return { median: percentile(values, 50), min: Math.min(...values), max: Math.max(...values) };
}

function judge(target: Target, { median, min, max }: Spread): Verdict {
  const reaches = (mark: number) => target.better === "higher" ? median >= mark : median <= mark;
  // A difference may be next to nothing: then what is asked for is the measure of its noise.
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

/** Counts and sizes are exact: one is enough. */
export function exact(
  goal: string,
  what: string,
  target: Target,
  value: number,
  unit: string,
): Figure {
  return figure(goal, what, target, [value], unit);
}
