/** What became of the requests, route by route. */

/** `failed` with a reason: no answer, or one that says that something is wrong with us. */
export type Outcome = { kind: "ok" | "refused" } | { kind: "failed"; why: string };

export interface RouteTally {
  readonly route: string;
  /** Milliseconds from the moment a request was due, of all that were answered. */
  readonly times: number[];
  refused: number;
  failed: number;
}

export class Tally {
  readonly #routes = new Map<string, RouteTally>();
  readonly #failures = new Map<string, number>();
  /** Refusals by the name of the limit that refused. */
  readonly limits = new Map<string, number>();
  /** Answers that said that a limit is near. */
  soft = 0;

  #of(route: string): RouteTally {
    const known = this.#routes.get(route);
    if (known) return known;
    const made = { route, times: [], refused: 0, failed: 0 };
    this.#routes.set(route, made);
    return made;
  }

  add(route: string, outcome: Outcome, ms: number): void {
    const tally = this.#of(route);
    tally.times.push(ms);
    if (outcome.kind === "refused") tally.refused++;
    if (outcome.kind !== "failed") return;
    tally.failed++;
    const what = `${route}: ${outcome.why}`;
    this.#failures.set(what, (this.#failures.get(what) ?? 0) + 1);
  }

  /** Reads what an answer says of limits. */
  readLimits(status: number, headers: Headers): void {
    if (headers.get("ratelimit")?.includes(";farthing-soft")) this.soft++;
    if (status !== 429) return;
    const name = /^"([^"]+)"/.exec(headers.get("ratelimit-policy") ?? "")?.[1] ?? "unnamed";
    this.limits.set(name, (this.limits.get(name) ?? 0) + 1);
  }

  /** The busiest first. */
  routes(): RouteTally[] {
    return [...this.#routes.values()].toSorted((a, b) => b.times.length - a.times.length);
  }

  /** Why requests failed, the most frequent first. */
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
