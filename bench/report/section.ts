import type { Figure, Spread } from "./verdict.ts";

/** The results of an arm with a number of clients: calls per second, and milliseconds per call. */
export interface ArmRow {
  name: string;
  /** Undefined for a runtime that chooses its own number of connections and concurrent jobs. */
  clients: number | undefined;
  lacks: string;
  perSecond: Spread;
  /** Undefined where single calls were not timed. */
  p50: number | undefined;
  p95: number | undefined;
  p99: number | undefined;
  problems: string[];
}

/** Milliseconds of processor time until a function's first answer. */
export interface StartRow {
  name: string;
  sources: number;
  bundle: number;
}

/** The part of the report from one measure. */
export interface Section {
  figures: Figure[];
  arms: ArmRow[];
  /** Sentences that explain how the figures were measured. */
  notes: string[];
  starts?: StartRow[];
}
