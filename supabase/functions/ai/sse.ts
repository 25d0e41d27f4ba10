/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { baseHeaders } from "../_shared/http/reply/headers.ts";
import type { RequestContext } from "../_shared/core/current-request.ts";

const encoder = new TextEncoder();

/** Encodes one event. JSON text contains no line break, so the data is one line. */
export function sseEvent(name: "delta" | "usage" | "error", data: unknown): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

interface SseOptions {
  readonly replayed?: boolean;
}

export function sseResponse(
  body: BodyInit,
  context: RequestContext,
  { replayed = false }: SseOptions = {},
): Response {
  const headers = new Headers(baseHeaders(context));
  headers.set("content-type", "text/event-stream; charset=utf-8");
  // Proxies such as nginx would otherwise hold events back until a buffer is full.
  headers.set("x-accel-buffering", "no");
  if (replayed) headers.set("idempotency-replayed", "true");
  return new Response(body, { headers });
}
