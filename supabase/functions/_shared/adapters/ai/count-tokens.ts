/** Counts what a model has used, where it is settled; the database prices it (migration 60). */
import type { Metrics } from "../../metrics/metrics.ts";
import type { AiUsage } from "./ai.ts";

const KINDS = ["input", "cached_input", "output", "reasoning"] as const;

/** Token kinds are disjoint. */
export function countTokens(metrics: Metrics, model: string, usage: AiUsage): void {
  for (const kind of KINDS) {
    const count = usage[`${kind}_tokens`] ?? 0;
    if (count > 0) metrics.count("ai_tokens", { model, kind }, count);
  }
}
