/**
 * Settles or releases a chat in the ledger. Both calls may be repeated, because the database
 * applies each only once.
 */
import { aiLog } from "../_shared/adapters/ai/ai-log.ts";
import type { AiToolCall, AiUsage } from "../_shared/adapters/ai/ai.ts";
import { textOfMessage } from "../_shared/adapters/ai/prompt.ts";
import { countUsedTokens } from "../_shared/adapters/ai/usage.ts";
import { UNTIL_STORED } from "../_shared/adapters/database/retries.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { withOwnTime } from "../_shared/core/deadline.ts";
import type { Answer } from "../_shared/contracts/database/results/chats.ts";
import type { OpenChat } from "./open-chat.ts";

const MAX_REASON = 64;

/**
 * The time for all attempts to settle or release a chat, in milliseconds. The request's deadline
 * does not apply to these attempts. If all attempts fail, a scheduled task closes the chat 60 s
 * after the chat's last heartbeat.
 */
const CLOSING_MS = 45_000;

/** The outcome of an answer, and the text that was received. */
export interface Ending {
  readonly text: string;
  readonly toolCalls?: readonly AiToolCall[];
  readonly finishReason: string;
  /**
   * The usage that the model's provider reported. Null if it is unknown; the chat is then charged
   * the highest amount that it can have cost.
   */
  readonly usage: AiUsage | null;
  /** The tokens that this process counted, if `usage` is null. */
  readonly counted?: AiUsage;
  readonly errorCode?: string;
}

/** Returns the error's code for the log. */
export function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : "internal";
}

function logFailure({ holdId, context, services }: OpenChat, what: string, error: unknown): void {
  services.log("error", what, {
    request_id: context.requestId,
    trace_id: context.traceId,
    hold_id: holdId,
    code: codeOf(error),
  });
}

interface Ended {
  readonly text: string | null;
  readonly usage: AiUsage | null;
  readonly errorCode: string | null;
}

/** Returns the record for `farthing.write_ai_log`. */
function chatLog({ request, context, startedMs }: OpenChat, ended: Ended) {
  return aiLog({
    ...ended,
    kind: "chat",
    model: request.model,
    messages: request.messages,
    durationMs: performance.now() - startedMs,
    requestId: context.requestId,
    traceId: context.traceId,
  });
}

/**
 * Replaces the characters that the database cannot store: null characters and unpaired surrogates.
 * A provider may send such characters, and a stream may be cut inside an emoji. The chat must be
 * settled anyway.
 */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").toWellFormed();
}

function storableCall({ id, type, function: called }: AiToolCall) {
  const { name, arguments: given } = called;
  const [storedName, storedArguments] = [storable(name), storable(given)];
  return { id: storable(id), type, function: { name: storedName, arguments: storedArguments } };
}

function messageOf({ text, toolCalls = [] }: Ending): Answer["message"] {
  return {
    role: "assistant",
    content: storable(text),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(storableCall) }),
  };
}

/**
 * Charges the chat and stores its answer under its key.
 * @throws ApiError if the database stays unavailable. In that case, a scheduled task closes the
 * chat later. It charges a streamed chat the highest amount that the chat can have cost. It
 * releases the hold of a chat without a stream.
 */
export async function settleChat(chat: OpenChat, ending: Ending): Promise<Answer> {
  const { finishReason, usage, counted = null, errorCode = null } = ending;
  const message = messageOf(ending);
  const said = textOfMessage({
    role: "assistant",
    content: ending.text,
    tool_calls: ending.toolCalls ?? [],
  });
  const used = usage ?? counted;
  // The metric counts the tokens even if the charge fails, because they were used.
  if (used !== null) countUsedTokens(chat.services.metrics, chat.request.model, used);
  const args = {
    p_hold_id: chat.holdId,
    p_usage: usage,
    p_output_tokens: counted?.output_tokens,
    p_answer: {
      message,
      finish_reason: storable(finishReason.slice(0, MAX_REASON)),
    },
    p_log: chatLog(chat, { text: said, usage: used, errorCode }),
    p_idempotency_key: chat.idempotencyKey,
  };
  try {
    const { database } = chat.services;
    const settle = () => database.rpc("chats_settle", args, UNTIL_STORED);
    const { data } = await withOwnTime(settle, CLOSING_MS);
    return data;
  } catch (error) {
    logFailure(chat, "chat not settled", error);
    throw error;
  }
}

/** Releases the hold and frees the key, because the model's provider sent nothing. Never throws. */
export async function releaseChat(chat: OpenChat, errorCode: string): Promise<void> {
  const args = {
    p_hold_id: chat.holdId,
    p_log: chatLog(chat, { text: null, usage: null, errorCode }),
    p_idempotency_key: chat.idempotencyKey,
  };
  const { database } = chat.services;
  const release = () => database.rpc("chats_release", args, UNTIL_STORED);
  try {
    await withOwnTime(release, CLOSING_MS);
  } catch (error) {
    logFailure(chat, "chat not released", error);
  }
}
