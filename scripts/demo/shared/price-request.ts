/** Credits of one request by the published rate, without rounding. */
import { Exact } from "../../rates/exact.ts";

/**
 * USD per million tokens, and the factor on top; decimal texts. Without a rate of their own cached
 * tokens cost as input, reasoning as output.
 */
export interface ModelRate {
  input_per_million_usd: string;
  cached_input_per_million_usd?: string | null;
  output_per_million_usd: string;
  reasoning_per_million_usd?: string | null;
  markup: string;
}

/** Tokens of one request; no token is counted in two kinds. */
export interface TokenCounts {
  input_tokens: number;
  cached_input_tokens?: number;
  output_tokens: number;
  reasoning_tokens?: number;
}

/** Credits of one request: 1 USD is 1000 credits, and a million over a thousand is a thousand. */
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

/** Without rounding; 0 of none. */
export const sum = (numbers: Exact[]): Exact =>
  numbers.reduce((total, each) => total.plus(each), new Exact(0));
