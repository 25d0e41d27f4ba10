/** The interface of a language model. Only this folder uses the API of the model's provider. */

/**
 * Each token is counted in one field only: `input_tokens` excludes cached tokens, and
 * `output_tokens` excludes reasoning tokens.
 */
export interface AiUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens?: number;
  readonly output_tokens: number;
  readonly reasoning_tokens?: number;
}

/** A call of a tool that the model requests, in the form of OpenAI's API. */
export interface AiToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface AiMessage {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly content: string;
  /** The parts of `content`, if the message is sent to the provider in parts. */
  readonly parts?: readonly string[];
  readonly name?: string;
  readonly tool_calls?: readonly AiToolCall[];
  readonly tool_call_id?: string;
}

/**
 * Further parameters of the provider's API, in the form of OpenAI's API. contracts/openai.ts lists
 * the parameters that are allowed.
 */
export type AiParameters = Readonly<Record<string, unknown>>;

/**
 * A prompt: its messages and its parameters. The parameters contain the tools and the answer's
 * format.
 */
export interface AiPrompt {
  readonly model: string;
  readonly messages: readonly AiMessage[];
  readonly parameters?: AiParameters;
}

export interface AiRequest extends AiPrompt {
  /** The maximum number of output tokens, including reasoning. */
  readonly maxOutputTokens: number;
  /** Aborts the call, including the provider's work. The promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Completion {
  readonly text: string;
  /** Present only if the request has tools and the model called one of them. */
  readonly toolCalls?: readonly AiToolCall[];
  /** The provider's finish reason: `stop`, `length`, `content_filter` … */
  readonly finishReason: string;
  /**
   * The usage that the provider reported, or an estimate if the report is missing or implausible.
   */
  readonly usage: AiUsage;
}

/** A part of a tool call; the parts with the same index belong to one call. */
export interface ToolCallPart {
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  readonly arguments: string;
}

/**
 * A part of a streamed answer; the last part is `end`. `hidden` output is billed, but not sent to the caller.
 * `text` is the billed text of the part.
 */
export type AiPiece =
  | { readonly kind: "delta" | "hidden"; readonly text: string }
  | { readonly kind: "call"; readonly text: string; readonly calls: readonly ToolCallPart[] }
  | { readonly kind: "end"; readonly finishReason: string; readonly usage: AiUsage };

/**
 * Counts the tokens of a text that arrives in pieces, without counting the whole text again for
 * each piece.
 */
export interface TokenMeter {
  /** Adds the next piece, and returns the number of tokens of all pieces so far. */
  add(text: string): number;
}

/**
 * Calls a language model. Every failure is an ApiError: `unknown_model`; `invalid_request` for a
 * prompt that the model refuses; `request_timeout`; or `upstream_unavailable`, with
 * `retryAfterSeconds` if the provider sent a Retry-After header.
 */
export interface Ai {
  complete(request: AiRequest): Promise<Completion>;
  /**
   * Resolves when the provider has accepted the request, and does not wait for the first piece of
   * the answer. The last piece is `end`. If the answer breaks off, the iteration throws.
   */
  stream(request: AiRequest): Promise<AsyncIterable<AiPiece>>;
  /**
   * Estimates the tokens of a prompt, including the tokens of the chat format and of the prompt's
   * tools (docs/decisions/usage.md).
   */
  countTokens(
    model: string,
    messages: readonly AiMessage[],
    parameters?: AiParameters,
  ): Promise<number>;
  countText(model: string, text: string): Promise<number>;
  meter(model: string): Promise<TokenMeter>;
  /**
   * Returns the largest `maxOutputTokens` that a request to the model may have.
   * @throws ApiError `unknown_model` if the model is not offered
   */
  maxOutputTokens(model: string): number;
  isOffered(model: string): boolean;
  readonly researchModel: string;
}
