import type { Figure, Spread } from "./figure.ts";

/** What an arm did with so many clients: calls per second, and milliseconds per call. */
export interface ArmRow {
  name: string;
  clients: number;
  lacks: string;
  perSecond: Spread;
  p50: number;
  p95: number;
  p99: number;
  problems: string[];
}

/** What one measure hands to the report. */
export interface Section {
  figures: Figure[];
  arms: ArmRow[];
  /** Sentences that say how a figure came about. */
  notes: string[];
}
