/** Counts as the offered models do: o200k, and their way of framing a conversation. */
import type { Message } from "./request.ts";

/** Its table takes a fifth of a second to read: only when the first request comes. */
const load = () => import("gpt-tokenizer/encoding/o200k_base");

/** In a text from outside `<|endoftext|>` is text. */
const PLAIN = { disallowedSpecial: new Set<string>() };

/** Around each message two, and its separator from the role; then the answer's beginning. */
const FRAME = 3;
const ANSWER_BEGINS = 3;

export async function countMessages(messages: Message[]): Promise<number> {
  const { countTokens } = await load();
  const counts = messages.map(({ role, content }) =>
    FRAME + countTokens(role, PLAIN) + countTokens(content, PLAIN)
  );
  return counts.reduce((sum, count) => sum + count, ANSWER_BEGINS);
}

/** The text's tokens as pieces of it; where one ends inside a character, it is in a later piece. */
export async function splitIntoTokens(text: string): Promise<string[]> {
  const { encode, decodeGenerator } = await load();
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
