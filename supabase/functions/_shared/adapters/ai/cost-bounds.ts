/**
 * The maximum cost of a chat. It is used until the provider reports the chat's usage. An unknown
 * model is treated as the most expensive case: a model with its own tokenizer and with hidden
 * output.
 */
import type { AiPrompt } from "./ai.ts";
import { textsOf } from "./prompt.ts";

/** OpenAI's models that use the tokenizer o200k_base, with which tokens.ts counts. */
const COUNTED_ALIKE = /^(?:chatgpt-4o|gpt-4o|gpt-4\.1|gpt-5|o1|o3|o4)(?![a-z\d])/;

/** The models in COUNTED_ALIKE that reason before they answer and hide the reasoning. */
const HIDES_OUTPUT = /^(?:gpt-5|o1|o3|o4)/;

// The maximum number of tokens that any chat format adds to each message and to a prompt. The chat
// format of OpenAI's models adds only 4 to each message and 3 to a prompt.
const PER_MESSAGE = 16;
const PER_PROMPT = 64;

export interface CostBounds {
  readonly p_max_input_tokens: number;
  /**
   * True if the model is known to hide no output, so that all billed output arrives and can be
   * counted here.
   */
  readonly p_output_is_counted: boolean;
}

/**
 * Returns the largest number of tokens that any tokenizer can make of the prompt: one for each byte, plus the
 * tokens that the chat format adds.
 */
function mostTokens(prompt: AiPrompt): number {
  const encoder = new TextEncoder();
  return textsOf(prompt).reduce(
    (sum, text) => sum + PER_MESSAGE + encoder.encode(text).byteLength,
    PER_PROMPT,
  );
}

/** @param counted the tokens of the prompt, counted with o200k_base */
export function costBoundsOf(prompt: AiPrompt, counted: number): CostBounds {
  const { model } = prompt;
  const isAlike = COUNTED_ALIKE.test(model);
  return {
    p_max_input_tokens: isAlike ? counted : Math.max(counted, mostTokens(prompt)),
    p_output_is_counted: isAlike && !HIDES_OUTPUT.test(model),
  };
}
