/**
 * The maximum cost of a chat, before its provider reports the usage. An unknown model counts as the most
 * expensive case: a tokenizer of its own, and hidden output.
 */
import type { AiMessage } from "./ai.ts";

/** OpenAI's models with the tokenizer o200k_base, which counts here too. */
const COUNTED_ALIKE = /^(?:chatgpt-4o|gpt-4o|gpt-4\.1|gpt-5|o1|o3|o4)(?![a-z\d])/;

/** Those of them that reason before they answer and hide it. */
const HIDES_OUTPUT = /^(?:gpt-5|o1|o3|o4)/;

// Tokens that the chat format may add with other tokenizers; o200k_base needs 4 and 3.
const PER_MESSAGE = 16;
const PER_PROMPT = 64;

export interface CostBounds {
  readonly p_max_input_tokens: number;
  /** Whether the received output, counted here, is all of the output that is billed. */
  readonly p_output_is_counted: boolean;
}

/** No tokenizer makes more tokens of a text than it has bytes. */
function mostTokens(messages: readonly AiMessage[]): number {
  const encoder = new TextEncoder();
  return messages.reduce(
    (sum, { content }) => sum + PER_MESSAGE + encoder.encode(content).byteLength,
    PER_PROMPT,
  );
}

/** @param counted the prompt's tokens by o200k_base */
export function costBoundsOf(
  model: string,
  messages: readonly AiMessage[],
  counted: number,
): CostBounds {
  const isAlike = COUNTED_ALIKE.test(model);
  return {
    p_max_input_tokens: isAlike ? counted : Math.max(counted, mostTokens(messages)),
    p_output_is_counted: isAlike && !HIDES_OUTPUT.test(model),
  };
}
