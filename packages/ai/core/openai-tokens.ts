import type { Tokens } from "./tokens.ts";

/** Usage in the format of OpenAI's API, which many other APIs also use. */
export interface OpenAIUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number | null } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null } | null;
}

/**
 * Converts a usage in OpenAI's format, in which `prompt_tokens` includes the cached tokens, and
 * `completion_tokens` includes the reasoning tokens.
 * @returns undefined if the model provider has reported no usage; the maximum cost is then charged
 */
export function tokensOfOpenAI(usage: OpenAIUsage | null | undefined): Tokens | undefined {
  if (!usage) return undefined;
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  // Some providers do not include reasoning in `completion_tokens`. Then `total_tokens` is the sum
  // of the prompt, completion and reasoning tokens.
  const isBeside = total_tokens === prompt_tokens + completion_tokens + reasoning;
  return {
    input_tokens: prompt_tokens - cached,
    cached_input_tokens: cached,
    output_tokens: isBeside ? completion_tokens : completion_tokens - reasoning,
    reasoning_tokens: reasoning,
  };
}
