import { costBoundsOf } from "../_shared/adapters/ai/cost-bounds.ts";
import { ChatAnswer, ChatBody, DEFAULT_OUTPUT_TOKENS } from "../_shared/contracts/ai.ts";
import { LONG_DEADLINE_MS } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { invalid } from "../_shared/core/errors.ts";
import { storeRefusal } from "../_shared/http/idempotency/idempotent.ts";
import { answerChat } from "./answer-chat.ts";
import type { Answer, OpenChat } from "./open-chat.ts";
import { replayStream, streamChat } from "./stream-chat.ts";

/**
 * Returns the most tokens of the answer.
 * @throws ApiError `invalid_request` above the model's cap
 */
function outputTokens(asked: number | undefined, cap: number): number {
  if (asked === undefined) return Math.min(cap, DEFAULT_OUTPUT_TOKENS);
  if (asked <= cap) return asked;
  throw invalid(`max_output_tokens must be at most ${cap} for this model.`, "max_output_tokens");
}

/**
 * Answers with a model and charges its usage. The price of the longest answer is held until the
 * answer ends.
 */
export const chat = defineRoute({
  method: "post",
  path: "/chat",
  summary: "Chat with a model, paid in credits",
  description:
    "With `stream: true` the answer is `text/event-stream`: `delta` events with `content`, then one " +
    "`usage` event with the other fields of the answer, or one `error` event with `error` and, if " +
    "the charge is known, the same fields.",
  who: ["user"],
  limit: "ai",
  deadlineMs: LONG_DEADLINE_MS,
  idempotent: true,
  body: ChatBody,
  responses: { 200: ChatAnswer },
  alsoProduces: ["text/event-stream"],
  asksUpstream: true,
  errors: ["insufficient_credits", "spend_cap_reached", "unknown_model", "not_found"],
  handler: async (call) => {
    const { caller, body, services, idempotency, context } = call;
    const startedMs = performance.now();
    const { model, messages, stream } = body;
    const ai = await services.ai();
    const begin = async () => {
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
    };
    const { step, inputTokens, maxOutputTokens } = await begin().catch(async (error: unknown) => {
      await storeRefusal(call, error);
      throw error;
    });
    if (step.step === "replay") {
      const isStream = stream && step.status < 400;
      if (isStream) return replayStream(step.data as Answer, { context });
      return { status: step.status, data: step.data as Answer, replayed: true };
    }
    const open: OpenChat = {
      holdId: step.hold_id,
      idempotencyKey: idempotency.args.p_idempotency_key,
      ai,
      request: { model, messages, maxOutputTokens },
      inputTokens,
      patienceMs: step.patience_ms,
      context,
      services,
      startedMs,
    };
    return stream ? await streamChat(open, call.signal) : ok(await answerChat(open));
  },
});
