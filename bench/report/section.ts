import type { Figure, Spread } from "./verdict.ts";

/**
 * The results of an arm with a certain number of clients: calls per second, and milliseconds per
 * call.
 */
export interface ArmRow {
  name: string;
  /**
   * Undefined for a runtime (a process that runs jobs), because it chooses its own number of
   * connections and of concurrent jobs.
   */
  clients: number | undefined;
  lacks: string;
  perSecond: Spread;
  /** Undefined if single calls were not timed. */
  p50: number | undefined;
  p95: number | undefined;
  p99: number | undefined;
  problems: string[];
}

/** A function's milliseconds of processor time from its start to its first answer. */
export interface StartRow {
  name: string;
  sources: number;
  bundle: number;
}

/** One measure's part of the report. */
export interface Section {
  figures: Figure[];
  arms: ArmRow[];
  /** Sentences that explain how the figures were measured. */
  notes: string[];
  starts?: StartRow[];
}
