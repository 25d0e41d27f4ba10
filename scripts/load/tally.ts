/** Counts the results of the requests, route by route. */

/**
 * `why` is the reason of the failure: no answer arrived, or the answer's status is not in the
 * request's list `good`.
 */
export type RequestResult = { kind: "ok" | "refused" } | { kind: "failed"; why: string };

export interface RouteTally {
  readonly route: string;
  /**
   * The milliseconds of every request, including failed ones. The time of an action's first request
   * is measured from the moment when the action was due.
   */
  readonly times: number[];
  refused: number;
  failed: number;
}

export class Tally {
  readonly #routes = new Map<string, RouteTally>();
  readonly #failures = new Map<string, number>();
  /** The number of refusals by each rate limit. The key is the limit's name. */
  readonly limits = new Map<string, number>();
  /** The number of answers that say that a rate limit is nearly reached. */
  soft = 0;

  #of(route: string): RouteTally {
    const known = this.#routes.get(route);
    if (known) return known;
    const made = { route, times: [], refused: 0, failed: 0 };
    this.#routes.set(route, made);
    return made;
  }

  add(route: string, result: RequestResult, ms: number): void {
    const tally = this.#of(route);
    tally.times.push(ms);
    if (result.kind === "refused") tally.refused++;
    if (result.kind !== "failed") return;
    tally.failed++;
    const what = `${route}: ${result.why}`;
    this.#failures.set(what, (this.#failures.get(what) ?? 0) + 1);
  }

  /** Counts what an answer's headers say about rate limits. */
  readLimits(status: number, headers: Headers): void {
    if (headers.get("ratelimit")?.includes(";farthing-soft")) this.soft++;
    if (status !== 429) return;
    const name = /^"([^"]+)"/.exec(headers.get("ratelimit-policy") ?? "")?.[1] ?? "unnamed";
    this.limits.set(name, (this.limits.get(name) ?? 0) + 1);
  }

  /** Returns the routes, the busiest first. */
  routes(): RouteTally[] {
    return [...this.#routes.values()].toSorted((a, b) => b.times.length - a.times.length);
  }

  /** Returns the reasons of the failures, the most frequent first. */
  failures(): [why: string, times: number][] {
    return [...this.#failures].toSorted(([, a], [, b]) => b - a);
  }

  get sum(): { requests: number; failed: number; refused: number } {
    const sum = (of: (tally: RouteTally) => number) =>
      [...this.#routes.values()].reduce((total, tally) => total + of(tally), 0);
    return {
      requests: sum(({ times }) => times.length),
      failed: sum(({ failed }) => failed),
      refused: sum(({ refused }) => refused),
    };
  }
}
