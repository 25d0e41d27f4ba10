/**
 * The most tokens that a request can plausibly use. If a provider reports more, an estimate
 * replaces the reported usage.
 */
import type { AiRequest, AiUsage } from "./ai.ts";
import { textsOf } from "./prompt.ts";

// The allowance, in tokens, for text that a provider adds before the messages.
const MAX_HIDDEN_TOKENS = 100_000;

// The largest plausible output is MAX_OVERRUN times the requested maximum, plus MAX_OVERRUN_TOKENS.
// These allowances are needed because a model may use a different tokenizer, and because a piece of
// a stream may have several tokens.
const MAX_OVERRUN = 2;
const MAX_OVERRUN_TOKENS = 64;

/**
 * Returns the largest plausible number of output tokens for a request that asked for at most
 * `maxOutputTokens`. No more tokens than this are charged.
 */
export function mostOutputTokens(maxOutputTokens: number): number {
  return MAX_OVERRUN * maxOutputTokens + MAX_OVERRUN_TOKENS;
}

/**
 * Returns the largest plausible number of input tokens: one for each byte, plus the allowance for
 * the provider's own text. A UTF-16 unit becomes at most three bytes of UTF-8.
 */
function mostInputTokens(request: AiRequest): number {
  return textsOf(request).reduce((sum, text) => sum + 3 * text.length, MAX_HIDDEN_TOKENS);
}

/** Returns whether a request can have used these tokens. */
export function isPlausible(usage: AiUsage, request: AiRequest): boolean {
  const input = usage.input_tokens + (usage.cached_input_tokens ?? 0);
  const output = usage.output_tokens + (usage.reasoning_tokens ?? 0);
  return input + output > 0 && input <= mostInputTokens(request) &&
    output <= mostOutputTokens(request.maxOutputTokens);
}
