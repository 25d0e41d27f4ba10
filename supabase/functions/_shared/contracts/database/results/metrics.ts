/** Results of the database functions for metrics and health. */
import type { HealthFigures } from "../../health.ts";
import type { Hours, Tasks } from "../../health-operators.ts";
import type { Of } from "./shapes.ts";

/** A series with its total since the installation. `count` and `sum_ms` are text. */
export interface CountedSeries {
  readonly name: string;
  /** Labels, for example `rule=user,outcome=blocked`. */
  readonly labels: string;
  readonly count: string;
  readonly sum_ms: string;
  readonly buckets: readonly number[];
}

/** A figure that is computed when it is read. The value is text. */
export interface Figure {
  readonly name: string;
  readonly labels: string;
  readonly value: string;
}

export interface MetricResults {
  metrics_record: { recorded: boolean };
  health_report: Of<typeof HealthFigures>;
  health_hours: Of<typeof Hours>;
  health_tasks: Of<typeof Tasks>;
  health_metrics: { counted: CountedSeries[]; figures: Figure[] };
  deep_checks_claim: { claimed: boolean; units_left: number };
  deep_checks_report: { name: string; outcome: string };
  /**
   * Checks the ledger of some accounts. `p_start`, from 0 to 1, is the position among all accounts
   * at which the check begins.
   */
  deep_checks_ledger: { looked_at: number; wrong: number };
}
