/**
 * Makes the record of a model call for the AI log. This module redacts the texts, and SQL stores
 * only the parts that the user has agreed to store.
 */
import { storable } from "../../core/json-size.ts";
import { classify, redactWithFindings } from "../../privacy/redact.ts";
import type { AiMessage, AiUsage } from "./ai.ts";
import { textOfMessage } from "./prompt.ts";

// The maximum size in bytes of a prompt's or a response's text. The database itself stores at most
// 32,768 characters of a text, and marks a longer text as cut. A character has at most 4 bytes, so
// the limit in bytes removes no character that the database would store.
const MAX_BYTES = 4 * 32_768;

export interface AiCall {
  readonly kind: "chat" | "research";
  readonly model: string;
  readonly messages: readonly AiMessage[];
  /** The part of the answer's text that was received; null if none was. */
  readonly text: string | null;
  readonly usage: AiUsage | null;
  readonly durationMs: number;
  readonly errorCode: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
}

function transcriptOf(messages: readonly AiMessage[]): string {
  return messages.map((message) => `${message.role}: ${textOfMessage(message)}`).join("\n\n");
}

// PostgreSQL refuses a JSON document that contains a null character or half a surrogate pair.
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

// The maximum depth of JSON that is stored: no useful answer is nested more deeply. JSON.parse
// accepts any depth, so the depth is bounded here.
const MAX_DEPTH = 64;

function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth < MAX_DEPTH && Object.values(value).every((each) => isShallow(each, depth + 1));
}

/**
 * Parses a redacted text as a JSON object or list. Returns null for any other text, for example if
 * the redaction made the JSON invalid. Also returns null for JSON that is nested too deeply or
 * cannot be stored.
 */
function structureOf(text: string | null): unknown {
  if (text === null || !/^\s*[{[]/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isShallow(value) && !UNSTORABLE.test(JSON.stringify(value)) ? value : null;
  } catch {
    return null;
  }
}

/** Makes the record that `farthing.write_ai_log` takes. */
export function aiLog(call: AiCall) {
  const prompt = redactWithFindings(transcriptOf(call.messages));
  const response = call.text === null ? null : redactWithFindings(call.text);
  return {
    kind: call.kind,
    model: call.model,
    // The text is cut after redaction, because half of a card number would not be recognized.
    prompt: storable(prompt.text, MAX_BYTES),
    response: response === null ? null : storable(response.text, MAX_BYTES),
    structured: structureOf(response?.text ?? null),
    usage: call.usage,
    classification: classify([...prompt.kinds, ...response?.kinds ?? []]),
    duration_ms: Math.round(call.durationMs),
    error_code: call.errorCode,
    request_id: call.requestId,
    trace_id: call.traceId,
  };
}

export type AiLog = ReturnType<typeof aiLog>;
