/**
 * Opens a chat: decides the maximum number of tokens of its answer, and holds the price of the
 * longest answer before the model's provider is called.
 */
import type { Ai, AiPrompt, AiRequest } from "../_shared/adapters/ai/ai.ts";
import { costBoundsOf } from "../_shared/adapters/ai/cost-bounds.ts";
import { DEFAULT_OUTPUT_TOKENS } from "../_shared/contracts/ai.ts";
import type { Answer } from "../_shared/contracts/database/results/chats.ts";
import { invalid } from "../_shared/core/errors.ts";
import type { RequestContext } from "../_shared/core/current-request.ts";
import { storeRefusal } from "../_shared/http/idempotency/stored-refusals.ts";
import type { KeyedIdempotency } from "../_shared/http/idempotency/mode.ts";
import type { Services } from "../_shared/http/route/app-services.ts";

/** A caller's request, in the same form for /ai/chat and for OpenAI's API. */
export interface ChatOrder {
  readonly userId: string;
  readonly prompt: AiPrompt;
  /** The maximum number of tokens of the answer, and the name of the request's field that gives it. */
  readonly limit: { readonly tokens: number | undefined; readonly field: string };
}

interface ChatCall {
  readonly services: Services;
  readonly context: RequestContext;
  /** Null if the request has no key. */
  readonly idempotency: KeyedIdempotency | null;
}

/**
 * A chat whose price is held, with everything that is needed to call the model's provider and to
 * settle the chat.
 */
export interface OpenChat {
  readonly holdId: string;
  /** The credits that are held. */
  readonly held: string;
  readonly idempotencyKey: string | undefined;
  readonly ai: Ai;
  readonly request: AiRequest;
  /** The prompt's tokens, counted for the hold. */
  readonly inputTokens: number;
  /** The milliseconds for which a stream is still read after its caller has disconnected. */
  readonly abandonedStreamTimeoutMs: number;
  readonly context: RequestContext;
  readonly services: Services;
  /** The start of the request, by `performance.now()`. */
  readonly startedMs: number;
}

/** The stored answer of an earlier request with the same key. */
export interface StoredAnswer {
  readonly status: number;
  readonly data: Answer;
  readonly replayed: true;
}

/**
 * Returns the maximum number of tokens of the answer.
 * @throws ApiError `invalid_request` if the request asks for more than the model's cap
 */
function outputTokens({ tokens, field }: ChatOrder["limit"], cap: number): number {
  if (tokens === undefined) return Math.min(cap, DEFAULT_OUTPUT_TOKENS);
  if (tokens <= cap) return tokens;
  throw invalid(`${field} must be at most ${cap} for this model.`, field);
}

async function hold({ services, context, idempotency }: ChatCall, order: ChatOrder, ai: Ai) {
  const { prompt } = order;
  const maxOutputTokens = outputTokens(order.limit, ai.maxOutputTokens(prompt.model));
  const inputTokens = await ai.countTokens(prompt.model, prompt.messages, prompt.parameters);
  const step = await services.database.rpc("chats_begin", {
    p_user_id: order.userId,
    p_model: prompt.model,
    p_input_tokens: inputTokens,
    ...costBoundsOf(prompt, inputTokens),
    p_max_output_tokens: maxOutputTokens,
    p_correlation_id: context.traceId,
    p_idempotency_key: idempotency?.args.p_idempotency_key,
    p_fingerprint: idempotency?.args.p_fingerprint,
  });
  return { step, inputTokens, maxOutputTokens };
}

/**
 * Holds the price of the longest answer. If the request itself causes a refusal, the refusal is
 * stored under the request's key.
 * @throws ApiError `invalid_request`, `unknown_model`, `insufficient_credits`,
 * `spend_cap_reached`, `not_found` for an unknown user
 */
export async function openChat(
  call: ChatCall,
  order: ChatOrder,
): Promise<OpenChat | StoredAnswer> {
  const { services, idempotency, context } = call;
  const startedMs = performance.now();
  const ai = await services.ai();
  const held = await hold(call, order, ai).catch(async (error: unknown) => {
    if (idempotency !== null) await storeRefusal({ services, idempotency }, error, order.userId);
    throw error;
  });
  const { step, inputTokens, maxOutputTokens } = held;
  if (step.step === "replay") {
    return { status: step.status, data: step.data as Answer, replayed: true };
  }
  return {
    holdId: step.hold_id,
    held: step.held,
    idempotencyKey: idempotency?.args.p_idempotency_key,
    ai,
    request: { ...order.prompt, maxOutputTokens },
    inputTokens,
    abandonedStreamTimeoutMs: step.abandoned_stream_timeout_ms,
    context,
    services,
    startedMs,
  };
}
