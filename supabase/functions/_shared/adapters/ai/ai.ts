/** The product's view of a language model. No code outside this folder knows the provider's API. */

/** Token kinds are disjoint: input without cached tokens, output without reasoning. */
export interface AiUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens?: number;
  readonly output_tokens: number;
  readonly reasoning_tokens?: number;
}

export interface AiMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface AiRequest {
  readonly model: string;
  readonly messages: readonly AiMessage[];
  /** The bound of all output, reasoning included. */
  readonly maxOutputTokens: number;
  /** Ends the call at the provider too; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Completion {
  readonly text: string;
  /** In the provider's words: `stop`, `length`, `content_filter` … */
  readonly finishReason: string;
  /** As the provider counted, or counted here if it did not. */
  readonly usage: AiUsage;
}

/** A piece of an answer, or at last its end. Hidden output is billed and not sent. */
export type AiPiece =
  | { readonly kind: "delta" | "hidden"; readonly text: string }
  | { readonly kind: "end"; readonly finishReason: string; readonly usage: AiUsage };

/** Counts a text that arrives in pieces, without reading all of it again each time. */
export interface TokenMeter {
  /** Takes the next piece; returns the tokens of all so far. */
  add(text: string): number;
}

/**
 * Every failure is an ApiError: `unknown_model`; `invalid_request` for a prompt that the model cannot take;
 * `request_timeout`; `upstream_unavailable`, with `retryAfterSeconds` where the provider sent it.
 */
export interface Ai {
  complete(request: AiRequest): Promise<Completion>;
  /**
   * Resolves when the provider has accepted, before the first piece. The last piece is `end`; a broken-off
   * answer throws instead.
   */
  stream(request: AiRequest): Promise<AsyncIterable<AiPiece>>;
  /** Tokens of a prompt, including those of the chat format. An estimate; see counting-tokens.md. */
  countTokens(model: string, messages: readonly AiMessage[]): Promise<number>;
  countText(model: string, text: string): Promise<number>;
  meter(model: string): Promise<TokenMeter>;
  /** The most output that may be requested of the model. @throws ApiError `unknown_model` when not offered */
  maxOutputTokens(model: string): number;
  readonly researchModel: string;
}
