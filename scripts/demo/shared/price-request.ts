/** Computes the credits of one request from the published rate, without rounding. */
import { Exact } from "../../rates/exact.ts";

/**
 * Prices in USD per million tokens, and the markup that multiplies them, as decimal texts. If a
 * model has no price for cached tokens, they cost as much as input tokens. If it has no price for
 * reasoning tokens, they cost as much as output tokens.
 */
export interface ModelRate {
  input_per_million_usd: string;
  cached_input_per_million_usd?: string | null;
  output_per_million_usd: string;
  reasoning_per_million_usd?: string | null;
  markup: string;
}

/**
 * The tokens of one request. Each token is counted in only one of the four fields: for example,
 * `input_tokens` does not include the cached ones.
 */
export interface TokenCounts {
  input_tokens: number;
  cached_input_tokens?: number;
  output_tokens: number;
  reasoning_tokens?: number;
}

/**
 * Returns the credits of one request. 1 USD is 1,000 credits, and rates are per 1,000,000 tokens,
 * so the divisor is 1,000,000 / 1,000 = 1,000.
 */
export function requestCredits(rate: ModelRate, tokens: TokenCounts): Exact {
  const { input_per_million_usd: input, output_per_million_usd: output } = rate;
  const kinds: [string, number][] = [
    [input, tokens.input_tokens],
    [rate.cached_input_per_million_usd ?? input, tokens.cached_input_tokens ?? 0],
    [output, tokens.output_tokens],
    [rate.reasoning_per_million_usd ?? output, tokens.reasoning_tokens ?? 0],
  ];
  const usd = sum(kinds.map(([price, count]) => new Exact(price).times(count)));
  return usd.times(rate.markup).times("0.001");
}

/** Returns the unrounded sum; 0 for an empty list. */
export const sum = (numbers: Exact[]): Exact =>
  numbers.reduce((total, each) => total.plus(each), new Exact(0));
