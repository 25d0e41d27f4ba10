/**
 * Counts the tokens of answers, because the model provider reports the usage only at the end, or
 * not at all.
 */
import { areCounts, type Tokens } from "../core/tokens.ts";
import { type CountTokens, FILE_TOKENS } from "./count-tokens.ts";
import type { GenerateResult, Part, Usage } from "./types.ts";

const sumOf = (...counts: (number | undefined)[]) =>
  counts.reduce<number>((sum, each) => sum + (each ?? 0), 0);

/**
 * Returns the number of tokens of one kind, such as the tokens that were not read from a cache.
 * Some providers report only this number (`own`). Others report only the total of all kinds. So the
 * result is `own`, or the total minus the `others`, whichever is larger.
 */
function restOf(total: number | undefined, own: number | undefined, others: number): number {
  return Math.max(own ?? 0, (total ?? 0) - others);
}

/** Returns the tokens that the provider reports; null if it does not report the answer's tokens. */
function tokensOf(usage: Partial<Usage> | undefined): Tokens | null {
  // A model provider's package may have types of its own, without fields that the SDK requires.
  const { total, noCache, cacheRead, cacheWrite } = usage?.inputTokens ?? {};
  const { total: made, text, reasoning } = usage?.outputTokens ?? {};
  if ((made ?? text) === undefined) return null;
  return {
    input_tokens: restOf(total, noCache, sumOf(cacheRead, cacheWrite)),
    cached_input_tokens: cacheRead ?? 0,
    cache_write_tokens: cacheWrite ?? 0,
    output_tokens: restOf(made, text, sumOf(reasoning)),
    reasoning_tokens: reasoning ?? 0,
  };
}

const isFile = ({ type }: { readonly type: string }) =>
  type === "file" || type === "reasoning-file";

/** The received part of an answer. */
export class Received {
  readonly #count: CountTokens;
  #text = "";
  #reasoning = "";
  #files = 0;
  #usage: Usage | undefined;
  #hasFailed = false;

  /** @param count the app's own function; if it throws, the answer must still end normally */
  constructor(count: CountTokens) {
    this.#count = (text) => {
      try {
        return count(text);
      } catch {
        return NaN; // The cost is then unknown, so the maximum cost is charged.
      }
    };
  }

  add(part: Part): void {
    if (part.type === "text-delta" || part.type === "tool-input-delta") this.#text += part.delta;
    else if (part.type === "reasoning-delta") this.#reasoning += part.delta;
    else if (isFile(part)) this.#files += 1;
    else if (part.type === "error") this.#hasFailed = true;
    else if (part.type === "finish") {
      this.#usage = part.usage;
      this.#hasFailed ||= part.finishReason.unified === "error";
    } else if (part.type === "tool-call" && !this.#text.includes(part.input)) {
      this.#text += part.input; // Some providers send a tool call without deltas.
    }
  }

  addWhole({ content, usage }: GenerateResult): void {
    for (const part of content) {
      if (part.type === "text") this.#text += part.text;
      else if (part.type === "reasoning") this.#reasoning += part.text;
      else if (part.type === "tool-call") this.#text += part.input;
      else if (isFile(part)) this.#files += 1;
    }
    this.#usage = usage;
  }

  get #isEmpty(): boolean {
    return this.#text === "" && this.#reasoning === "" && this.#files === 0;
  }

  /** Whether the provider has sent no part of an answer, and has reported no tokens. */
  get isNothing(): boolean {
    const tokens = tokensOf(this.#usage);
    const isBilled = tokens && sumOf(...Object.values(tokens)) > 0;
    return this.#isEmpty && !isBilled;
  }

  /**
   * Whether the provider failed before it sent any part of an answer or reported tokens. Such a
   * call is free.
   */
  isWorthless(hasBroken: boolean): boolean {
    const hasEnded = this.#usage !== undefined && !this.#hasFailed;
    return this.isNothing && (hasBroken || !hasEnded);
  }

  /**
   * Returns the usage that the provider reported. If it reported none, returns the tokens that were
   * counted in the received part of the answer.
   */
  tokens(inputTokens: number): Tokens {
    const counted = {
      input_tokens: inputTokens,
      output_tokens: this.#count(this.#text) + this.#files * FILE_TOKENS,
      reasoning_tokens: this.#count(this.#reasoning),
    };
    const reported = tokensOf(this.#usage);
    if (!reported || !areCounts(reported)) return counted;
    // If a provider reports 0 tokens for the answer or the prompt, it has not counted them. Then
    // this package's own count is used.
    const { output_tokens, reasoning_tokens, ...read } = reported;
    const made = sumOf(output_tokens, reasoning_tokens);
    if (made === 0) return this.#isEmpty ? reported : counted;
    const isRead = sumOf(...Object.values(read)) > 0;
    return isRead ? reported : { ...reported, input_tokens: inputTokens };
  }
}
