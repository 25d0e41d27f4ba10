/** What a provider says it used, in our kinds. */
import type OpenAI from "openai";
import type { AiUsage } from "./ai.ts";

type Reported = OpenAI.CompletionUsage | null | undefined;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A part is never more than its whole, whatever was reported. */
function part(value: unknown, whole: number): number {
  return isCount(value) ? Math.min(value, whole) : 0;
}

/** Most count reasoning inside the output; some beside it, which their total shows. */
function isBeside(reasoning: number, { prompt_tokens, completion_tokens, total_tokens }: {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: unknown;
}): boolean {
  return reasoning > 0 && total_tokens === prompt_tokens + completion_tokens + reasoning;
}

/** The reported usage in disjoint kinds; null where there is none that can be believed. */
export function usageFrom(reported: Reported): AiUsage | null {
  if (reported === null || typeof reported !== "object") return null;
  const { prompt_tokens, completion_tokens } = reported;
  if (!isCount(prompt_tokens) || !isCount(completion_tokens)) return null;
  if (prompt_tokens + completion_tokens === 0) return null;
  const cached = part(reported.prompt_tokens_details?.cached_tokens, prompt_tokens);
  const told = reported.completion_tokens_details?.reasoning_tokens;
  const beside = isCount(told) && isBeside(told, reported);
  const reasoning = beside ? told : part(told, completion_tokens);
  return {
    input_tokens: prompt_tokens - cached,
    ...(cached > 0 && { cached_input_tokens: cached }),
    output_tokens: beside ? completion_tokens : completion_tokens - reasoning,
    ...(reasoning > 0 && { reasoning_tokens: reasoning }),
  };
}
