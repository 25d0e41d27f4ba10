import { ChatAnswer, ChatBody } from "../_shared/contracts/ai.ts";
import { LONG_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { answerChat } from "./answer-chat.ts";
import { HOLD_HEADER, holdHeader } from "./hold-header.ts";
import { openChat } from "./open-chat.ts";
import { replayStream } from "./replay-stream.ts";
import { OWN_EVENTS } from "./sse.ts";
import { streamChat } from "./stream-chat.ts";

/**
 * Answers a chat with a language model, and charges the usage. The price of the longest answer is
 * held until the answer ends.
 */
export const chat = defineRoute({
  method: "post",
  path: "/chat",
  summary: "Chat with a model, paid in credits",
  description:
    "With `stream: true` the answer is `text/event-stream`: `delta` events with `content`, then one " +
    "`usage` event with the other fields of the answer, or one `error` event with `error` and, if " +
    "the charge is known, the same fields. A comment line is sent every 15 s, so that a caller can " +
    "tell a model that thinks from a connection that is lost. If a stream ends without the charge, " +
    "`chat` of `GET /credits/holds/{id}` has it: the header `farthing-hold` is the hold's id.",
  who: ["user"],
  limit: "ai",
  deadlineMs: LONG_DEADLINE_MS,
  idempotent: true,
  body: ChatBody,
  responses: { 200: ChatAnswer },
  alsoProduces: ["text/event-stream"],
  answerHeaders: HOLD_HEADER,
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
      if (chat.status >= 400) return chat; // A stored refusal, which has no hold.
      const headers = holdHeader(chat.data.hold_id);
      if (!stream) return { ...chat, headers };
      return replayStream(chat.data, call.context, OWN_EVENTS, Object.entries(headers));
    }
    const headers = holdHeader(chat.holdId);
    if (!stream) return { ...ok(await answerChat(chat)), headers };
    const wanted = { signal: call.signal, events: OWN_EVENTS, headers: Object.entries(headers) };
    return await streamChat(chat, wanted);
  },
});
