/** Tokens, and what they cost. */
import type { HoldCharge } from "@farthing/client/server";

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

/** Returns the price of tokens of a model: credits as a decimal string, such as `"0.25"`. */
export type Price = (tokens: Tokens, model: string) => string;

/**
 * The cost of work: tokens of the call's model, or credits. If the provider has not reported any
 * tokens, `tokens` is undefined, and the most that the work can cost is charged.
 */
export type Spent =
  | { readonly tokens: Tokens | undefined; readonly amount?: never }
  | { readonly amount: string; readonly tokens?: never };

export interface Pricing {
  readonly model: string | undefined;
  readonly price: Price | undefined;
  readonly metadata: Record<string, unknown> | undefined;
}

/** Whether all counts are whole numbers from 0 on. A faulty provider or app may report others. */
export function areCounts(tokens: Tokens): boolean {
  return Object.values(tokens).every((count) => Number.isSafeInteger(count) && count >= 0);
}

const NOTHING: HoldCharge = { amount: "0" };

/**
 * Returns the charge for tokens: at the service's rates, or at the app's own price.
 * @returns null if the tokens are missing or invalid, or no model is named
 */
export function chargeOf(spent: Spent, { model, price, metadata }: Pricing): HoldCharge | null {
  if (spent.amount !== undefined) return { amount: spent.amount };
  const { tokens } = spent;
  if (tokens === undefined || !areCounts(tokens) || model === undefined) return null;
  if (price !== undefined) return { amount: price(tokens, model) };
  // The service refuses a usage of no tokens.
  if (Object.values(tokens).every((count) => count === 0)) return NOTHING;
  return { usage: { model, ...tokens, ...metadata && { metadata } } };
}

/** Usage in the format of OpenAI's API, which many other APIs also use. */
export interface OpenAIUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number | null } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null } | null;
}

/**
 * Returns the tokens of a usage in OpenAI's shape, in which cached and reasoning tokens are nested.
 * @returns undefined if the provider has reported no usage, so that the most is charged
 */
export function tokensOfOpenAI(usage: OpenAIUsage | null | undefined): Tokens | undefined {
  if (!usage) return undefined;
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  // Some providers count reasoning in addition to the completion, as their total shows.
  const isBeside = total_tokens === prompt_tokens + completion_tokens + reasoning;
  return {
    input_tokens: prompt_tokens - cached,
    cached_input_tokens: cached,
    output_tokens: isBeside ? completion_tokens : completion_tokens - reasoning,
    reasoning_tokens: reasoning,
  };
}
