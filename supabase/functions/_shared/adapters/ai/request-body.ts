/** Writes the body of a request to the model's provider. */
import type OpenAI from "openai";
import type { AiRequest } from "./ai.ts";

type Request = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Message = Request["messages"][number];

function sentMessage({ parts, content, ...rest }: AiRequest["messages"][number]): Message {
  const texts = parts?.map((text) => ({ type: "text" as const, text }));
  // Providers refuse a message that has tool calls and an empty text, so the text is left out.
  const isEmpty = content === "" && rest.tool_calls !== undefined;
  return { ...rest, content: isEmpty ? null : texts ?? content } as Message;
}

export function bodyOf(
  { model, messages, maxOutputTokens, parameters }: AiRequest,
): Request {
  return {
    ...parameters,
    model,
    messages: messages.map(sentMessage),
    max_completion_tokens: maxOutputTokens,
  };
}
