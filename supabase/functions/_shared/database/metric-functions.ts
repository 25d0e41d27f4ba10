/** The database functions of metrics and of health. */
import type { MetricRow } from "../metrics/series.ts";
import type { Fn } from "./functions.ts";

export interface MetricFunctions {
  metrics_record: Fn<
    { p_batch_id: string; p_age_ms: number; p_rows: readonly MetricRow[] },
    { recorded: boolean }
  >;
}
