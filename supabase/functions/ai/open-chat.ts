/**
 * Opens a chat: chooses the most tokens of its answer, and holds the price of the longest answer
 * before the provider is called.
 */
import type { z } from "@hono/zod-openapi";
import type { Ai, AiRequest } from "../_shared/adapters/ai/ai.ts";
import { costBoundsOf } from "../_shared/adapters/ai/cost-bounds.ts";
import { type ChatAnswer, type ChatBody, DEFAULT_OUTPUT_TOKENS } from "../_shared/contracts/ai.ts";
import { invalid } from "../_shared/core/errors.ts";
import type { RequestContext } from "../_shared/core/current-request.ts";
import { storeRefusal } from "../_shared/http/idempotency/idempotent.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import type { Call } from "../_shared/http/route/define-route.ts";

export type Answer = z.output<typeof ChatAnswer>;

type ChatCall = Call<"user", true, unknown, unknown, z.output<typeof ChatBody>>;

/** A chat whose price is held, with everything that the provider's call and the settlement need. */
export interface OpenChat {
  readonly holdId: string;
  readonly idempotencyKey: string;
  readonly ai: Ai;
  readonly request: AiRequest;
  /** The prompt's tokens, as counted for the hold. */
  readonly inputTokens: number;
  /** Milliseconds for which a stream is read after its caller has left. */
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
 * Returns the most tokens of the answer.
 * @throws ApiError `invalid_request` above the model's cap
 */
function outputTokens(asked: number | undefined, cap: number): number {
  if (asked === undefined) return Math.min(cap, DEFAULT_OUTPUT_TOKENS);
  if (asked <= cap) return asked;
  throw invalid(`max_output_tokens must be at most ${cap} for this model.`, "max_output_tokens");
}

async function hold(call: ChatCall, ai: Ai) {
  const { caller, body, services, idempotency, context } = call;
  const { model, messages } = body;
  const maxOutputTokens = outputTokens(body.max_output_tokens, ai.maxOutputTokens(model));
  const inputTokens = await ai.countTokens(model, messages);
  const step = await services.database.rpc("chats_begin", {
    p_user_id: caller.userId,
    p_model: model,
    p_input_tokens: inputTokens,
    ...costBoundsOf(model, messages, inputTokens),
    p_max_output_tokens: maxOutputTokens,
    p_correlation_id: context.traceId,
    ...idempotency.args,
  });
  return { step, inputTokens, maxOutputTokens };
}

/**
 * Holds the price of the longest answer. A refusal that the request caused is stored under its key.
 * @throws ApiError `invalid_request`, `unknown_model`, `insufficient_credits`, `spend_cap_reached`
 */
export async function openChat(call: ChatCall): Promise<OpenChat | StoredAnswer> {
  const { body, services, idempotency, context } = call;
  const startedMs = performance.now();
  const ai = await services.ai();
  const held = await hold(call, ai).catch(async (error: unknown) => {
    await storeRefusal(call, error, call.caller.userId);
    throw error;
  });
  const { step, inputTokens, maxOutputTokens } = held;
  if (step.step === "replay") {
    return { status: step.status, data: step.data as Answer, replayed: true };
  }
  return {
    holdId: step.hold_id,
    idempotencyKey: idempotency.args.p_idempotency_key,
    ai,
    request: { model: body.model, messages: body.messages, maxOutputTokens },
    inputTokens,
    abandonedStreamTimeoutMs: step.abandoned_stream_timeout_ms,
    context,
    services,
    startedMs,
  };
}
