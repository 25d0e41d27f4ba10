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

/**
 * Returns the price of tokens of a model: credits as a decimal string with at most 18 digits after
 * the point, such as `"0.25"`.
 */
export type Price = (tokens: Tokens, model: string) => string;

/**
 * The cost of work: tokens of the call's model, or credits. `tokens` is undefined if the provider
 * has not reported any. In that case, or if the service would refuse the tokens or the amount, the
 * most that the work can cost is charged.
 */
export type Spent =
  | { readonly tokens: Tokens | undefined; readonly amount?: never }
  | { readonly amount: string; readonly tokens?: never };

export interface Pricing {
  readonly model: string | undefined;
  readonly price: Price | undefined;
  readonly metadata: Record<string, unknown> | undefined;
}

/** The most tokens of one kind that the service accepts. */
export const MAX_TOKENS = 1_000_000_000;

/** The amounts that the service accepts. It refuses `1e-7`, as JavaScript writes small numbers. */
export const AMOUNT = /^(0|[1-9]\d{0,19})(\.\d{1,18})?$/;

/** Whether the service accepts all counts. A faulty provider or app may report others. */
export function areCounts(tokens: Tokens): boolean {
  return Object.values(tokens).every((count) =>
    Number.isInteger(count) && count >= 0 && count <= MAX_TOKENS
  );
}

const NOTHING: HoldCharge = { amount: "0" };

/** An app without types may also return a number. */
const chargeOfAmount = (amount: unknown): HoldCharge | null =>
  typeof amount === "string" && AMOUNT.test(amount) ? { amount } : null;

/**
 * Returns the charge for tokens: at the service's rates, or at the app's own price.
 * @returns null if the service would refuse it: the tokens are missing or invalid, no model is
 *   named, or the amount is not a decimal string
 */
export function chargeOf(spent: Spent, { model, price, metadata }: Pricing): HoldCharge | null {
  if (spent.amount !== undefined) return chargeOfAmount(spent.amount);
  const { tokens } = spent;
  if (tokens === undefined || !areCounts(tokens) || model === undefined) return null;
  if (price !== undefined) return chargeOfAmount(price(tokens, model));
  // The service refuses a usage without tokens, but settles a hold with 0 credits.
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
 * @returns undefined if the provider has reported no usage, so that the maximum cost is charged
 */
export function tokensOfOpenAI(usage: OpenAIUsage | null | undefined): Tokens | undefined {
  if (!usage) return undefined;
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  // Some providers do not include reasoning in `completion_tokens`, as their total shows.
  const isBeside = total_tokens === prompt_tokens + completion_tokens + reasoning;
  return {
    input_tokens: prompt_tokens - cached,
    cached_input_tokens: cached,
    output_tokens: isBeside ? completion_tokens : completion_tokens - reasoning,
    reasoning_tokens: reasoning,
  };
}
