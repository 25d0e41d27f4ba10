/** What is kept of a chat: redacted here, and as much of it as the user agreed to is decided in SQL. */
import type { AiMessage, AiUsage } from "../_shared/ai/ai.ts";
import { classify, redactWithFindings } from "../_shared/privacy/redact.ts";
import type { OpenChat } from "./open-chat.ts";
import { storable } from "./storable.ts";

// As long as the database keeps.
const MAX_TEXT = 32_768;

interface Ended {
  readonly text: string | null;
  readonly usage: AiUsage | null;
  readonly errorCode: string | null;
}

function transcriptOf(messages: readonly AiMessage[]): string {
  return messages.map(({ role, content }) => `${role}: ${content}`).join("\n\n");
}

// Escapes of what no text of the database may hold.
const UNSTORABLE = /\\u(0000|d[89a-f])/i;

/** Only after redaction: what breaks the JSON by it is not kept as JSON. */
function structureOf(text: string | null): unknown {
  if (text === null || !/^\s*[{[]/.test(text) || UNSTORABLE.test(text)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Cut after redaction: half of a card number would not be known for one. */
function cut(text: string): string {
  return storable(text.slice(0, MAX_TEXT));
}

/** The record of `farthing.write_ai_log`. */
export function chatLog(chat: OpenChat, { text, usage, errorCode }: Ended) {
  const prompt = redactWithFindings(transcriptOf(chat.request.messages));
  const response = text === null ? null : redactWithFindings(text);
  return {
    kind: "chat",
    model: chat.request.model,
    prompt: cut(prompt.text),
    response: response === null ? null : cut(response.text),
    structured: structureOf(response?.text ?? null),
    usage,
    classification: classify([...prompt.kinds, ...response?.kinds ?? []]),
    duration_ms: Math.round(performance.now() - chat.startedMs),
    error_code: errorCode,
    request_id: chat.context.requestId,
    trace_id: chat.context.traceId,
  };
}
