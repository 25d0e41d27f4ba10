/** What the product asks of a language model. Nothing outside this folder knows whose API it is. */

/** Token kinds are disjoint: input without what was cached, output without reasoning. */
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
  /** Of all output, reasoning included. */
  readonly maxOutputTokens: number;
  /** Ends the call at the provider too; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Completion {
  readonly text: string;
  /** The provider's word: `stop`, `length`, `content_filter` … */
  readonly finishReason: string;
  /** As the provider counted; counted here where it did not. */
  readonly usage: AiUsage;
}

/** A piece of an answer under way, and at last how it ended. Hidden output is billed, not sent. */
export type AiPiece =
  | { readonly kind: "delta" | "hidden"; readonly text: string }
  | { readonly kind: "end"; readonly finishReason: string; readonly usage: AiUsage };

/** Counts a text that arrives in pieces, without reading the whole of it again each time. */
export interface TokenMeter {
  /** Takes the next piece; returns the tokens of all so far. */
  add(text: string): number;
}

/**
 * Every failure is an ApiError: `unknown_model`; `invalid_request` for a prompt that the model cannot
 * take; `request_timeout`; `upstream_unavailable`, with `retryAfterSeconds` where the provider said so.
 */
export interface Ai {
  complete(request: AiRequest): Promise<Completion>;
  /**
   * Resolves when the provider has accepted, before the first piece. The last piece is `end`; an answer
   * that breaks off throws instead.
   */
  stream(request: AiRequest): Promise<AsyncIterable<AiPiece>>;
  /** Tokens of a prompt, with what the chat format adds to its texts. An estimate; see counting-tokens.md. */
  countTokens(model: string, messages: readonly AiMessage[]): Promise<number>;
  countText(model: string, text: string): Promise<number>;
  meter(model: string): Promise<TokenMeter>;
  /** The most output that the model may be asked for. @throws ApiError `unknown_model` when not offered */
  maxOutputTokens(model: string): number;
  readonly researchModel: string;
}
