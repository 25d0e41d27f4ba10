/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { AiPiece } from "../_shared/adapters/ai/ai.ts";
import type { Answer } from "../_shared/contracts/database/results/chats.ts";
import type { ErrorBody } from "../_shared/core/errors.ts";
import type { HeaderPairs, RequestContext } from "../_shared/core/current-request.ts";
import { baseHeaders } from "../_shared/http/reply/headers.ts";

/** Any piece of an answer except the last one, `end`. */
export type Said = Exclude<AiPiece, { kind: "end" }>;

/** Writes a streamed answer as events, in the shape that its caller reads. */
export interface AnswerEvents {
  /** Returns null for a piece that is not sent to the caller. */
  piece(piece: Said): Uint8Array | null;
  end(charged: Answer): Uint8Array;
  /** @param charged the charge, if it is known */
  error(error: ErrorBody, charged?: Answer): Uint8Array;
}

const encoder = new TextEncoder();

/** Encodes one event. JSON text contains no line break, so the data is one line. */
function event(name: "delta" | "usage" | "error", data: unknown): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** The events of POST /ai/chat. */
export const OWN_EVENTS: AnswerEvents = {
  piece: ({ kind, text }) => kind === "delta" ? event("delta", { content: text }) : null,
  end: ({ message: _, ...usage }) => event("usage", usage),
  error(error, charged) {
    const { message: _, ...usage } = charged ?? {};
    return event("error", { error, ...usage });
  },
};

export function sseResponse(
  body: BodyInit,
  context: RequestContext,
  more: Readonly<HeaderPairs> = [],
): Response {
  const headers = new Headers([...baseHeaders(context), ...more]);
  headers.set("content-type", "text/event-stream; charset=utf-8");
  // Without this header, proxies such as nginx would hold events back until a buffer is full.
  headers.set("x-accel-buffering", "no");
  return new Response(body, { headers });
}
