/** Reads a request in the shape of OpenAI's API: who pays, the messages, the parameters, the limit. */
import type { AiMessage, AiParameters } from "../_shared/adapters/ai/ai.ts";
import { Uuid } from "../_shared/contracts/fields.ts";
import {
  type OpenAiChatRequest,
  type OpenAiToolCall,
  PASSED_ON,
} from "../_shared/contracts/openai.ts";
import type { SecretCaller, UserCaller } from "../_shared/core/caller.ts";
import { invalid } from "../_shared/core/errors.ts";
import type { ChatOrder } from "./open-chat.ts";

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

/**
 * Returns the message without the fields that only answers have. Clients send earlier answers back
 * with these fields.
 */
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

/**
 * Returns the chat that the request orders, and the user who pays for it.
 * @throws ApiError `invalid_request`
 */
export function orderOf(caller: UserCaller | SecretCaller, body: OpenAiChatRequest): ChatOrder {
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
