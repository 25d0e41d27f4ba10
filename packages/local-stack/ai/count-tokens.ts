/**
 * Counts as the offered models do: o200k, or for those of another maker r50k, which makes up to five times as
 * many tokens of what isn't English; and their way of framing a conversation.
 */
import { isForeign } from "./models.ts";
import type { Message } from "./chat-request.ts";

/** A table takes a fifth of a second to read: only when the first request comes. */
const load = (model: string) =>
  isForeign(model)
    ? import("gpt-tokenizer/encoding/r50k_base")
    : import("gpt-tokenizer/encoding/o200k_base");

/** In a text from outside `<|endoftext|>` is text. */
const PLAIN = { disallowedSpecial: new Set<string>() };

/** Around each message two, and its separator from the role; then the answer's beginning. */
const FRAME = 3;
const ANSWER_BEGINS = 3;

export async function countMessages(messages: Message[], model: string): Promise<number> {
  const { countTokens } = await load(model);
  const counts = messages.map(({ role, content }) =>
    FRAME + countTokens(role, PLAIN) + countTokens(content, PLAIN)
  );
  return counts.reduce((sum, count) => sum + count, ANSWER_BEGINS);
}

/** The text's tokens as pieces of it; where one ends inside a character, it is in a later piece. */
export async function splitIntoTokens(text: string, model: string): Promise<string[]> {
  const { encode, decodeGenerator } = await load(model);
  const pieces: string[] = [];
  let held = 0;
  const tokens = encode(text, PLAIN);
  function* counted() {
    for (const token of tokens) {
      held++;
      yield token;
    }
  }
  for (const piece of decodeGenerator(counted())) {
    for (; held > 1; held--) pieces.push("");
    pieces.push(piece);
    held = 0;
  }
  return pieces;
}
