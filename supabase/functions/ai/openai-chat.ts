import type { AiMessage, AiParameters } from "../_shared/adapters/ai/ai.ts";
import { Uuid } from "../_shared/contracts/fields.ts";
import {
  OpenAiChatBody,
  type OpenAiChatRequest,
  OpenAiCompletion,
  type OpenAiToolCall,
  PASSED_ON,
} from "../_shared/contracts/openai.ts";
import type { SecretCaller, UserCaller } from "../_shared/core/caller.ts";
import { LONG_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { invalid } from "../_shared/core/errors.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { z } from "@hono/zod-openapi";
import { answerChat } from "./answer-chat.ts";
import { chargeHeaders, completionOf, holdHeaders, openAiEvents } from "./openai-answer.ts";
import { HOLD_HEADER } from "./hold-header.ts";
import { type ChatOrder, openChat } from "./open-chat.ts";
import { replayStream } from "./replay-stream.ts";
import { streamChat } from "./stream-chat.ts";

/**
 * Returns the user who pays. A back end names the user; a user may name only themselves.
 * @throws ApiError `invalid_request`
 */
function payerOf(caller: UserCaller | SecretCaller, named: string | null | undefined): string {
  if (caller.kind === "user") {
    if (named == null || named.toLowerCase() === caller.userId) return caller.userId;
    throw invalid("The token names the user who pays. Leave `user` out.", "user");
  }
  const { success, data } = Uuid.safeParse(named);
  if (success) return data;
  throw invalid("With a secret key, `user` is required: the id of the user who pays.", "user");
}

type Sent = OpenAiChatRequest["messages"][number];

function toolCallOf({ id, type, function: called }: OpenAiToolCall): OpenAiToolCall {
  return { id, type, function: { name: called.name, arguments: called.arguments } };
}

/** Returns the message without the fields that only answers have and that clients send back. */
function messageOf(sent: Sent): AiMessage {
  const { role } = sent;
  const content = sent.content ?? (role === "assistant" ? sent.refusal : null) ?? "";
  const parts = typeof content === "string" ? undefined : content.map(({ text }) => text);
  const calls = role === "assistant" ? sent.tool_calls : undefined;
  return {
    role,
    content: typeof content === "string" ? content : content.map(({ text }) => text).join("\n"),
    ...(parts && { parts }),
    ...(role !== "tool" && sent.name !== undefined && { name: sent.name }),
    ...(calls && { tool_calls: calls.map(toolCallOf) }),
    ...(role === "tool" && { tool_call_id: sent.tool_call_id }),
  };
}

function parametersOf(body: OpenAiChatRequest): AiParameters {
  const given = PASSED_ON.map((name) => [name, body[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value != null));
}

/** @throws ApiError `invalid_request` if both limits are given and differ */
function limitOf({ max_completion_tokens: limit, max_tokens: older }: OpenAiChatRequest) {
  if (limit != null && older != null && limit !== older) {
    throw invalid("max_tokens and max_completion_tokens differ. Send one of them.", "max_tokens");
  }
  const field = limit == null && older != null ? "max_tokens" : "max_completion_tokens";
  return { tokens: limit ?? older ?? undefined, field };
}

function orderOf(caller: UserCaller | SecretCaller, body: OpenAiChatRequest): ChatOrder {
  return {
    userId: payerOf(caller, body.user),
    prompt: {
      model: body.model,
      messages: body.messages.map(messageOf),
      parameters: parametersOf(body),
    },
    limit: limitOf(body),
  };
}

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
    // A stored refusal: the pipeline renders its `data` as an error.
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
