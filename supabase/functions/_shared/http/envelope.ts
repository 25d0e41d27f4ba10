/** The fixed shape around every JSON answer, and the headers that every answer carries. */
import type { ApiError, ErrorBody } from "./errors.ts";
import type { RequestContext } from "./request-context.ts";

/** What a handler answers with; `data` is the resource, the envelope is put around it here. */
export interface Reply<T = unknown> {
  readonly status: number;
  readonly data: T;
  /** Lists only: where the next page starts, null on the last one. */
  readonly nextCursor?: string | null;
  /** True when this is the stored answer of an earlier call. */
  readonly replayed?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok<T>(data: T): Reply<T> {
  return { status: 200, data };
}

export function page<T>(data: T[], nextCursor: string | null): Reply<T[]> {
  return { status: 200, data, nextCursor };
}

/** No answer of ours may be stored by a cache or read as another type. */
export function baseHeaders(context: RequestContext): Record<string, string> {
  return {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": context.requestId,
    "traceparent": context.traceparent,
  };
}

function metadata(context: RequestContext, now: Date) {
  return {
    requestId: context.requestId,
    traceId: context.traceId,
    timestamp: now.toISOString(),
  };
}

/** A reply of status 400 and above is a stored refusal: its data is the `error` object itself. */
export function renderReply(reply: Reply, context: RequestContext, now: Date): Response {
  const headers = baseHeaders(context);
  headers["content-type"] = "application/json; charset=utf-8";
  if (reply.replayed) headers["idempotency-replayed"] = "true";
  if (reply.headers) Object.assign(headers, reply.headers);
  const meta: Record<string, unknown> = metadata(context, now);
  if (Array.isArray(reply.data)) meta.nextCursor = reply.nextCursor ?? null;
  const body = reply.status >= 400
    ? { error: reply.data, metadata: meta }
    : { success: true, data: reply.data, metadata: meta };
  return new Response(JSON.stringify(body), { status: reply.status, headers });
}

export function renderError(error: ApiError, context: RequestContext, now: Date): Response {
  const headers = baseHeaders(context);
  headers["content-type"] = "application/json; charset=utf-8";
  if (error.retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(error.retryAfterSeconds);
  }
  const body: { error: ErrorBody; metadata: unknown } = {
    error: error.body,
    metadata: metadata(context, now),
  };
  return new Response(JSON.stringify(body), { status: error.status, headers });
}
