/**
 * Caches verified credentials for a short time. Verifying an ES256 token costs about 0.7 ms of CPU
 * and would limit a process to less than 2,000 requests per second.
 *
 * The cache is keyed by hash, so it holds no token and no key. Its size is bounded, so that many
 * different tokens cannot fill the memory. An entry is at most one minute old and never outlives
 * its token, so a revoked credential is refused within a minute.
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

  /** Returns the value stored under the hash; undefined if there is none or it has expired. */
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
