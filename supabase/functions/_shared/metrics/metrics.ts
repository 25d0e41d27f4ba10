/**
 * What an isolate counts of its own work, and hands to the database now and then: nobody can ask an isolate
 * for its counters, since the next request may reach another.
 */
import type { CounterName, Labels, TimerName } from "./catalogue.ts";

export interface Metrics {
  /** One answered request. `route` is the pattern, `POST /checkout`; null where no route was found. */
  request(route: string | null, status: number, durationMs: number): void;
  count(name: CounterName, labels?: Labels, by?: number): void;
  time(name: TimerName, labels: Labels, durationMs: number): void;
  /** Calls `look` before each flush: what has a state rather than events, a breaker, counts it then. */
  beforeFlush(look: () => void): void;
}

/** Counts nothing: for what runs outside the functions. */
export const NO_METRICS: Metrics = {
  request: () => {},
  count: () => {},
  time: () => {},
  beforeFlush: () => {},
};
