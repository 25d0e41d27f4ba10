import { OpenAiChatBody, OpenAiCompletion } from "../_shared/contracts/openai.ts";
import { LONG_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { z } from "@hono/zod-openapi";
import { answerChat } from "./answer-chat.ts";
import { chargeHeaders, completionOf, holdHeaders, openAiEvents } from "./openai-answer.ts";
import { orderOf } from "./openai-request.ts";
import { HOLD_HEADER } from "./hold-header.ts";
import { openChat } from "./open-chat.ts";
import { replayStream } from "./replay-stream.ts";
import { streamChat } from "./stream-chat.ts";

/** Answers in the shape of OpenAI's API. The metering is the same as for POST /ai/chat. */
export const openAiChat = defineRoute({
  method: "post",
  path: "/v1/chat/completions",
  summary: "Chat with OpenAI's SDK, paid in credits",
  description:
    "OpenAI's chat completions, for clients whose base URL is `/ai/v1`. The API key is the user's " +
    "token, or a secret key with `user`. A stream with `stream_options.include_usage` has the " +
    "charge in its last chunk, as `farthing`. Errors are in OpenAI's shape with our codes.",
  who: ["user", "secret"],
  limit: "ai",
  deadlineMs: LONG_DEADLINE_MS,
  idempotent: "offered",
  body: OpenAiChatBody,
  shape: "openai",
  responses: { 200: OpenAiCompletion },
  alsoProduces: ["text/event-stream"],
  answerHeaders: {
    ...HOLD_HEADER,
    "farthing-credits": z.string().optional().openapi({
      description: "The credits charged. A stream has this header only if the answer is a replay.",
    }),
    "farthing-balance": z.string().optional().openapi({
      description:
        "The balance after the charge. A stream has this header only if the answer is a replay.",
    }),
    "farthing-held": z.string().optional().openapi({
      description: "The credits held for a stream. Absent if the answer is a replay.",
    }),
  },
  asksUpstream: true,
  errors: ["insufficient_credits", "spend_cap_reached", "unknown_model", "not_found"],
  handler: async (call) => {
    const { body, services, context } = call;
    const order = orderOf(call.caller, body);
    const chat = await openChat(call, order);
    const isReplay = "replayed" in chat;
    // The stored response is a refusal, so renderReply renders its `data` as an error.
    if (isReplay && chat.status >= 400) return { ...chat, data: chat.data as never };
    const holdId = isReplay ? chat.data.hold_id : chat.holdId;
    const frame = { holdId, model: body.model, now: services.now() };
    if (body.stream) {
      const events = openAiEvents(frame, body.stream_options?.include_usage ?? false);
      return isReplay
        ? replayStream(chat.data, context, events, Object.entries(chargeHeaders(chat.data)))
        : await streamChat(chat, { signal: call.signal, events, headers: holdHeaders(chat) });
    }
    const answer = isReplay ? chat.data : await answerChat(chat);
    return {
      status: 200,
      data: completionOf(answer, frame),
      replayed: isReplay,
      headers: chargeHeaders(answer),
    };
  },
});
