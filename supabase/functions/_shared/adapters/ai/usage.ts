/** Turns the usage that a model's provider reports into this API's kinds of tokens. */
import type OpenAI from "openai";
import type { AiRequest, AiUsage } from "./ai.ts";
import { isPlausible } from "./plausible-usage.ts";
import type { Metrics } from "../../metrics/metrics.ts";

type Reported = OpenAI.CompletionUsage | null | undefined;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Returns a reported part of a token count, but at most the whole count. A missing or invalid part
 * is 0.
 */
function part(value: unknown, whole: number): number {
  return isCount(value) ? Math.min(value, whole) : 0;
}

/**
 * Returns true if the provider's total shows that reasoning is counted in addition to the output.
 * Most providers count reasoning as part of the output.
 */
function isBeside(reasoning: number, { prompt_tokens, completion_tokens, total_tokens }: {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: unknown;
}): boolean {
  return reasoning > 0 && total_tokens === prompt_tokens + completion_tokens + reasoning;
}

/**
 * Returns the reported usage, and counts each token in one field only. Returns null if the report
 * is missing or not plausible.
 */
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
  return isPlausible(usage, request) ? usage : null;
}

const KINDS = ["input", "cached_input", "output", "reasoning"] as const;

/**
 * Adds a model's token counts to the metrics. The database adds the cost of the tokens, which it
 * computes from the model's rate.
 */
export function countUsedTokens(metrics: Metrics, model: string, usage: AiUsage): void {
  for (const kind of KINDS) {
    const count = usage[`${kind}_tokens`] ?? 0;
    if (count > 0) metrics.count("ai_tokens", { model, kind }, count);
  }
}
