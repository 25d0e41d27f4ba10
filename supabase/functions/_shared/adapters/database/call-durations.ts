/**
 * Measures each attempt to call a database function, and adds the duration to the metrics. Calls
 * that store metrics are not timed.
 */
import type { Metrics } from "../../metrics/metrics.ts";
import type { Transport } from "./database.ts";
import { toApiError } from "./failures.ts";

/**
 * Returns the first word of a database function's name, for example `credits` for `credits_debit`.
 * With whole names, the label `group` would have more than four times as many values.
 */
function groupOf(name: string): string {
  return name.slice(0, name.indexOf("_"));
}

function outcomeOf(name: string, error: unknown): string {
  switch (toApiError(name, error).code) {
    case "upstream_unavailable":
      return "unavailable";
    case "request_timeout":
      return "timeout";
    case "internal":
      return "failed";
    default:
      return "refused";
  }
}

export function timed(transport: Transport, metrics: Metrics): Transport {
  return {
    async call(name, args) {
      const startedMs = performance.now();
      let outcome = "ok";
      try {
        return await transport.call(name, args);
      } catch (error) {
        outcome = outcomeOf(name, error);
        throw error;
      } finally {
        const labels = { group: groupOf(name), outcome };
        metrics.time("database_call", labels, performance.now() - startedMs);
      }
    },
    close: () => transport.close(),
  };
}
