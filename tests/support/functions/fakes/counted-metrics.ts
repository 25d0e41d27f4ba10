/** Metrics whose counts and durations a test can read. */
import type { Metrics } from "../../../../supabase/functions/_shared/metrics/metrics.ts";

export interface CountedMetrics extends Metrics {
  /**
   * The count of each series. The key is the metric's name and the label values, separated by
   * spaces.
   */
  readonly counts: Record<string, number>;
  /** The durations in ms that each timer has recorded, with the same keys as `counts`. */
  readonly times: Record<string, number[]>;
  /** Calls the functions that were registered with `beforeFlush`. */
  flush(): void;
}

export function countedMetrics(): CountedMetrics {
  const counts: Record<string, number> = {};
  const times: Record<string, number[]> = {};
  const looks: (() => void)[] = [];
  const add = (name: string, labels: Readonly<Record<string, string>>, by: number) => {
    const series = [name, ...Object.values(labels)].join(" ");
    counts[series] = (counts[series] ?? 0) + by;
    return series;
  };
  return {
    counts,
    times,
    request: () => {},
    count: (name, labels = {}, by = 1) => void add(name, labels, by),
    time: (name, labels, durationMs) => void (times[add(name, labels, 1)] ??= []).push(durationMs),
    beforeFlush: (look) => void looks.push(look),
    flush: () => looks.forEach((look) => look()),
  };
}
