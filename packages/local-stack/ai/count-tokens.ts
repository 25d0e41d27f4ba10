/**
 * Counts tokens as the offered models do: with o200k, or for another provider's models with r50k,
 * which makes up to five times as many tokens of text that is not English. The framing of a
 * conversation is included.
 */
import { isForeign } from "./models.ts";
import type { Message } from "./chat-request.ts";

/** Loads a tokenizer's table at the first request, because reading it takes 200 ms. */
const load = (model: string) =>
  isForeign(model)
    ? import("gpt-tokenizer/encoding/r50k_base")
    : import("gpt-tokenizer/encoding/o200k_base");

/** Makes `<|endoftext|>` in a prompt ordinary text. */
const PLAIN = { disallowedSpecial: new Set<string>() };

/**
 * The tokens around each message: two at its ends, and one between the role and the content. Three
 * more tokens begin the answer.
 */
const FRAME = 3;
const ANSWER_BEGINS = 3;

export async function countMessages(messages: Message[], model: string): Promise<number> {
  const { countTokens } = await load(model);
  const counts = messages.map(({ role, content }) =>
    FRAME + countTokens(role, PLAIN) + countTokens(content, PLAIN)
  );
  return counts.reduce((sum, count) => sum + count, ANSWER_BEGINS);
}

/**
 * Splits the text into its tokens. Where a token ends inside a character, that character is in a
 * later piece.
 */
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
