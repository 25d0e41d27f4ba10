/**
 * Verified credentials, remembered for a short time. Verifying an ES256 token costs about 0.7 ms of
 * CPU and would cap a process near 2,000 requests per second; remembering it takes that away.
 *
 * Keyed by hash, so that no token or key lies in memory; bounded, so that a flood of tokens cannot
 * grow it; at most a minute old and never past the token's own expiry, so that a revoked credential
 * is refused within a minute.
 */
const MAX_AGE_MS = 60_000;
const MAX_ENTRIES = 10_000;

interface Entry<T> {
  readonly value: T;
  readonly untilMs: number;
}

export class CredentialCache<T> {
  readonly #entries = new Map<string, Entry<T>>();

  constructor(private readonly maxEntries: number = MAX_ENTRIES) {}

  /** The value stored under the hash, or undefined when there is none or it is too old. */
  get(hash: string, nowMs: number): T | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return undefined;
    if (nowMs < entry.untilMs) return entry.value;
    this.#entries.delete(hash);
    return undefined;
  }

  /** Stores a value until `expiresAtMs`, or for a minute, whichever is sooner. */
  set(hash: string, value: T, nowMs: number, expiresAtMs: number = Infinity): void {
    const untilMs = Math.min(nowMs + MAX_AGE_MS, expiresAtMs);
    if (untilMs <= nowMs) return;
    if (this.#entries.size >= this.maxEntries) {
      // A Map keeps insertion order: the first key is the one stored longest ago.
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(hash, { value, untilMs });
  }

  get size(): number {
    return this.#entries.size;
  }
}
