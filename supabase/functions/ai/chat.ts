import { ChatAnswer, ChatBody } from "../_shared/contracts/ai.ts";
import { LONG_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { answerChat } from "./answer-chat.ts";
import { openChat } from "./open-chat.ts";
import { replayStream } from "./replay-stream.ts";
import { OWN_EVENTS } from "./sse.ts";
import { streamChat } from "./stream-chat.ts";

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
    const { model, messages, stream, max_output_tokens: tokens } = call.body;
    const chat = await openChat(call, {
      userId: call.caller.userId,
      prompt: { model, messages },
      limit: { tokens, field: "max_output_tokens" },
    });
    if ("replayed" in chat) {
      const isStream = stream && chat.status < 400;
      return isStream ? replayStream(chat.data, call.context, OWN_EVENTS) : chat;
    }
    if (!stream) return ok(await answerChat(chat));
    return await streamChat(chat, { signal: call.signal, events: OWN_EVENTS });
  },
});
