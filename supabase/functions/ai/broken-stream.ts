/**
 * A stream that breaks, or whose caller has disconnected. Its stored answer is the part that has arrived, and
 * its finish reason is `error` or `aborted`.
 */
import type { AiUsage, ToolCallPart } from "../_shared/adapters/ai/ai.ts";
import { joinCalls } from "../_shared/adapters/ai/answer-parts.ts";
import type { ApiError } from "../_shared/core/errors.ts";
import type { Ending } from "./close-chat.ts";
import type { OpenChat } from "./open-chat.ts";

/**
 * The finish reason of an answer whose caller has disconnected. The same text is the code in the
 * log.
 */
export const CALLER_LEFT = "aborted";

/** The part of the answer that has arrived. */
export interface Received {
  text: string;
  calls: ToolCallPart[];
  tokens: number;
}

export const NOTHING: Readonly<Received> = { text: "", calls: [], tokens: 0 };

function countedOf({ inputTokens }: OpenChat, { tokens }: Received): AiUsage {
  return { input_tokens: inputTokens, output_tokens: tokens };
}

export function answerOf({ text, calls }: Received): Pick<Ending, "text" | "toolCalls"> {
  return { text, toolCalls: joinCalls(calls) };
}

/**
 * Returns how a broken stream ended. The model's provider has reported no usage, so the tokens that
 * have arrived are counted.
 */
export function endingOfBroken(
  chat: OpenChat,
  received: Readonly<Received>,
  reason: typeof CALLER_LEFT | ApiError,
): Ending {
  const [finishReason, errorCode] = reason === CALLER_LEFT
    ? [CALLER_LEFT, CALLER_LEFT]
    : ["error", reason.code];
  const counted = countedOf(chat, received);
  return { ...answerOf(received), finishReason, usage: null, counted, errorCode };
}

export function logBreak({ context, services }: OpenChat, error: ApiError): void {
  services.log("warn", "chat broke off", {
    request_id: context.requestId,
    trace_id: context.traceId,
    code: error.code,
    detail: error.internal,
  });
}
