/** Computes the maximum usage of each call of a research job. Credits for this usage are held. */
import type { Ai } from "../../../../adapters/ai/ai.ts";
import type { EstimateLine } from "../../job-type.ts";
import { MAX_QUESTION_BYTES, MAX_QUESTIONS } from "./parse-plan.ts";
import * as prompts from "./prompts.ts";

const PLAN_TOKENS = 512;
const ANSWER_TOKENS = 1_024;

/**
 * Tokens added for the words and line breaks between the parts of a prompt: joined texts can have more tokens
 * than their parts.
 */
const JOIN_TOKENS = 16;

export interface CallLimits {
  readonly model: string;
  readonly maxOutputTokens: number;
}

/**
 * Returns the limits of the calls of the model: `plan` is for the plan; `answer` is for each answer
 * and for the report.
 */
export function limitsOf(ai: Ai): { plan: CallLimits; answer: CallLimits } {
  const model = ai.researchModel;
  const cap = ai.maxOutputTokens(model);
  return {
    plan: { model, maxOutputTokens: Math.min(PLAN_TOKENS, cap) },
    answer: { model, maxOutputTokens: Math.min(ANSWER_TOKENS, cap) },
  };
}

/**
 * Returns the maximum usage of each call: the plan, five questions and the report, each with an
 * answer of maximum length.
 */
export async function estimateResearch(ai: Ai, query: string): Promise<EstimateLine[]> {
  const { plan, answer } = limitsOf(ai);
  const count = (messages: ReturnType<typeof prompts.plan>) => ai.countTokens(plan.model, messages);
  const line = ({ model, maxOutputTokens }: CallLimits, input_tokens: number): EstimateLine => ({
    model,
    input_tokens,
    max_output_tokens: maxOutputTokens,
  });
  const asked = MAX_QUESTION_BYTES + JOIN_TOKENS;
  const found = MAX_QUESTIONS * (asked + answer.maxOutputTokens + JOIN_TOKENS);
  const question = line(answer, await count(prompts.question(query, "")) + asked);
  return [
    line(plan, await count(prompts.plan(query))),
    ...Array<EstimateLine>(MAX_QUESTIONS).fill(question),
    line(answer, await count(prompts.synthesis(query, [])) + found),
  ];
}
