/**
 * Counts tokens as the offered models do, including the tokens that frame a conversation. OpenAI's
 * models use the tokenizer o200k. For claude-haiku-4-5, another provider's model, the emulator uses
 * r50k, which makes up to five times as many tokens of text that is not English.
 */
import { isForeign } from "./models.ts";
import type { Message } from "./chat-request.ts";

/** Loads a tokenizer's table at the first request, because reading it takes 200 ms. */
const load = (model: string) =>
  isForeign(model)
    ? import("gpt-tokenizer/encoding/r50k_base")
    : import("gpt-tokenizer/encoding/o200k_base");

/** Counts `<|endoftext|>` in a prompt as ordinary text. */
const PLAIN = { disallowedSpecial: new Set<string>() };

/**
 * The extra tokens of each message: one at its start, one at its end, and one between the role and
 * the content. Three more tokens begin the answer.
 */
const FRAME = 3;
const ANSWER_BEGINS = 3;

/** @param tools the tools of the request, which the model reads as JSON */
export async function countMessages(
  messages: Message[],
  model: string,
  tools: readonly unknown[] = [],
): Promise<number> {
  const { countTokens } = await load(model);
  const ofTools = tools.length === 0 ? 0 : countTokens(JSON.stringify(tools), PLAIN);
  const counts = messages.map(({ role, content }) =>
    FRAME + countTokens(role, PLAIN) + countTokens(content, PLAIN)
  );
  return counts.reduce((sum, count) => sum + count, ANSWER_BEGINS + ofTools);
}

/**
 * Returns one piece of text for each token. If a token ends inside a character, its piece lacks
 * that character, and a later piece contains it.
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
