/** Counted tokens. */

/**
 * Counted tokens. The kinds are disjoint: `input_tokens` excludes cached tokens, and
 * `output_tokens` excludes reasoning tokens.
 */
export interface Tokens {
  readonly input_tokens: number;
  readonly cached_input_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly output_tokens: number;
  readonly reasoning_tokens?: number;
}

/** The highest count of tokens that the service accepts in one field. */
export const MAX_TOKENS = 1_000_000_000;

/**
 * Whether the service accepts all counts. A faulty model provider or app may report counts that the
 * service refuses.
 */
export function areCounts(tokens: Tokens): boolean {
  return Object.values(tokens).every((count) =>
    Number.isInteger(count) && count >= 0 && count <= MAX_TOKENS
  );
}
