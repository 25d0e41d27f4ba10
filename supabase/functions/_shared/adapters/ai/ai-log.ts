/**
 * The stored record of a model call. It is redacted here; SQL decides how much of it the user agreed to
 * store.
 */
import { storable } from "../../core/json-size.ts";
import { classify, redactWithFindings } from "../../privacy/redact.ts";
import type { AiMessage, AiUsage } from "./ai.ts";

// Four bytes for each character that the database stores: it marks a text that it cuts itself.
const MAX_BYTES = 4 * 32_768;

export interface AiCall {
  readonly kind: "chat" | "research";
  readonly model: string;
  readonly messages: readonly AiMessage[];
  /** The part of the answer that came. */
  readonly text: string | null;
  readonly usage: AiUsage | null;
  readonly durationMs: number;
  readonly errorCode: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
}

function transcriptOf(messages: readonly AiMessage[]): string {
  return messages.map(({ role, content }) => `${role}: ${content}`).join("\n\n");
}

// A null character, or half of one above U+FFFF: PostgreSQL refuses the whole document for it.
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

// Deeper than any meaningful answer. JSON.parse takes 6,000 brackets, but JSON.stringify ends the call.
const MAX_DEPTH = 64;

function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth < MAX_DEPTH && Object.values(value).every((each) => isShallow(each, depth + 1));
}

/** Runs only after redaction. A text whose JSON the redaction breaks is not stored as JSON. */
function structureOf(text: string | null): unknown {
  if (text === null || !/^\s*[{[]/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isShallow(value) && !UNSTORABLE.test(JSON.stringify(value)) ? value : null;
  } catch {
    return null;
  }
}

/** The record of `farthing.write_ai_log`. */
export function aiLog(call: AiCall) {
  const prompt = redactWithFindings(transcriptOf(call.messages));
  const response = call.text === null ? null : redactWithFindings(call.text);
  return {
    kind: call.kind,
    model: call.model,
    // Cut after redaction: half of a card number would not be recognized.
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
