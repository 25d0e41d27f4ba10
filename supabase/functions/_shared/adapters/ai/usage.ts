/** A provider's reported usage in our kinds of tokens. */
import type OpenAI from "openai";
import type { AiRequest, AiUsage } from "./ai.ts";
import type { Metrics } from "../../metrics/metrics.ts";

type Reported = OpenAI.CompletionUsage | null | undefined;

// A prompt is more than its messages: a provider may put words of its own before them.
const MAX_HIDDEN_TOKENS = 100_000;

// Models have tokenizers of their own, and a piece of a stream may have more than one token.
const MAX_OVERRUN = 2;
const MAX_OVERRUN_TOKENS = 64;

/** The most output that is believed, passed on or charged for a request of `maxOutputTokens`. */
export function mostOutputTokens(maxOutputTokens: number): number {
  return MAX_OVERRUN * maxOutputTokens + MAX_OVERRUN_TOKENS;
}

/** No tokenizer makes more tokens than bytes, and a UTF-16 unit has at most three bytes. */
function mostInputTokens({ messages }: AiRequest): number {
  return messages.reduce((sum, { content }) => sum + 3 * content.length, MAX_HIDDEN_TOKENS);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isBelievable(usage: AiUsage, request: AiRequest): boolean {
  const input = usage.input_tokens + (usage.cached_input_tokens ?? 0);
  const output = usage.output_tokens + (usage.reasoning_tokens ?? 0);
  return input + output > 0 && input <= mostInputTokens(request) &&
    output <= mostOutputTokens(request.maxOutputTokens);
}

/** A part is never more than its whole, even if reported so. */
function part(value: unknown, whole: number): number {
  return isCount(value) ? Math.min(value, whole) : 0;
}

/**
 * Most providers count reasoning inside the output. Some count it beside the output, which their total shows.
 */
function isBeside(reasoning: number, { prompt_tokens, completion_tokens, total_tokens }: {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: unknown;
}): boolean {
  return reasoning > 0 && total_tokens === prompt_tokens + completion_tokens + reasoning;
}

/** The reported usage in disjoint kinds; null where none can be believed. */
export function usageFrom(reported: Reported, request: AiRequest): AiUsage | null {
  if (reported === null || typeof reported !== "object") return null;
  const { prompt_tokens, completion_tokens } = reported;
  if (!isCount(prompt_tokens) || !isCount(completion_tokens)) return null;
  const cached = part(reported.prompt_tokens_details?.cached_tokens, prompt_tokens);
  const reasoned = reported.completion_tokens_details?.reasoning_tokens;
  const beside = isCount(reasoned) && isBeside(reasoned, reported);
  const reasoning = beside ? reasoned : part(reasoned, completion_tokens);
  const usage = {
    input_tokens: prompt_tokens - cached,
    ...(cached > 0 && { cached_input_tokens: cached }),
    output_tokens: beside ? completion_tokens : completion_tokens - reasoning,
    ...(reasoning > 0 && { reasoning_tokens: reasoning }),
  };
  return isBelievable(usage, request) ? usage : null;
}

const KINDS = ["input", "cached_input", "output", "reasoning"] as const;

/** Counts a model's usage when it is settled; the database prices it. Token kinds are disjoint. */
export function countUsedTokens(metrics: Metrics, model: string, usage: AiUsage): void {
  for (const kind of KINDS) {
    const count = usage[`${kind}_tokens`] ?? 0;
    if (count > 0) metrics.count("ai_tokens", { model, kind }, count);
  }
}
