/** The database functions of metrics and of health. */
import type { z } from "@hono/zod-openapi";
import type { HealthFigures } from "../contracts/health.ts";
import type { MetricRow } from "../metrics/series.ts";
import type { Fn, Optional } from "./functions.ts";

/** What was counted since the first day. Numbers are text. */
export interface CountedSeries {
  readonly name: string;
  /** `rule=user,outcome=blocked`. */
  readonly labels: string;
  readonly count: string;
  readonly sum_ms: string;
  readonly buckets: readonly number[];
}

/** What is looked up. */
export interface Figure {
  readonly name: string;
  readonly labels: string;
  readonly value: string;
}

export interface MetricFunctions {
  metrics_record: Fn<
    { p_batch_id: string; p_age_ms: number; p_rows: readonly MetricRow[] },
    { recorded: boolean }
  >;
  health_report: Fn<Record<never, never>, z.output<typeof HealthFigures>>;
  health_metrics: Fn<Record<never, never>, { counted: CountedSeries[]; figures: Figure[] }>;
  deep_checks_claim: Fn<{ p_units: number }, { claimed: boolean; units_left: number }>;
  deep_checks_report: Fn<
    {
      p_name: string;
      p_outcome: string;
      p_duration_ms: number;
      p_code: Optional<string>;
      /** The service's own figures, by the name of the series behind the check's. */
      p_figures: Readonly<Record<string, number>>;
    },
    { name: string; outcome: string }
  >;
  /** p_start from 0 to 1. */
  deep_checks_ledger: Fn<{ p_start: number }, { looked_at: number; wrong: number }>;
}
