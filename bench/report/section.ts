import type { Figure, Spread } from "./figure.ts";

/** What an arm did with so many clients: calls per second, and milliseconds per call. */
export interface ArmRow {
  name: string;
  /** Undefined for what has connections and jobs at a time as it likes. */
  clients: number | undefined;
  lacks: string;
  perSecond: Spread;
  /** Undefined where no single call was timed. */
  p50: number | undefined;
  p95: number | undefined;
  p99: number | undefined;
  problems: string[];
}

/** Milliseconds of processor time until a function has given its first answer. */
export interface StartRow {
  name: string;
  sources: number;
  bundle: number;
}

/** What one measure hands to the report. */
export interface Section {
  figures: Figure[];
  arms: ArmRow[];
  /** Sentences that say how a figure came about. */
  notes: string[];
  starts?: StartRow[];
}
