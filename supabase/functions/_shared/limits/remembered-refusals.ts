/**
 * The refusals that a process remembers. While a group of requests (for example, those of a user) is
 * refused, its requests need no round trip to Redis.
 */

/** The maximum number of refusals. They take about 1 MB of memory. */
const MAX = 10_000;

export class RememberedRefusals {
  /** The key of each refused group, with the end of the refusal in milliseconds since 1970. */
  readonly #ends = new Map<string, number>();

  /** Returns when the group's next request is allowed; undefined if it is allowed now. */
  endOf(key: string, nowMs: number): number | undefined {
    const endMs = this.#ends.get(key);
    return endMs === undefined || endMs <= nowMs ? undefined : endMs;
  }

  /** Remembers a refusal, and forgets the oldest one if there are too many. */
  remember(key: string, endMs: number): void {
    if (this.#ends.size >= MAX) this.#ends.delete(this.#ends.keys().next().value!);
    this.#ends.set(key, endMs);
  }
}
