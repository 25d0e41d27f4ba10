/** The envelope around every JSON response, and pages of lists. */
import { timestampOf } from "../../core/timestamp.ts";
import { type ApiError, type ErrorBody, invalid } from "../../core/errors.ts";
import type { RequestContext } from "../../core/current-request.ts";
import { contextHeaders, OF_EVERY_JSON } from "./headers.ts";
import { type JsonShape, openAiError } from "./openai-shape.ts";

/** A handler's response. `data` is the resource; renderReply adds the envelope. */
export interface Reply<T = unknown> {
  readonly status: number;
  readonly data: T;
  /** Only for lists: the cursor of the next page; null on the last page. */
  readonly nextCursor?: string | null;
  /** true if this is the stored response of an earlier request. */
  readonly replayed?: boolean;
  /** Additional headers, by lower-case name, such as `location`, `retry-after` and `etag`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok<T>(data: T): Reply<T> {
  return { status: 200, data };
}

export function page<T>(data: T[], nextCursor: string | null): Reply<T[]> {
  return { status: 200, data, nextCursor };
}

/**
 * Returns one page of `all`, which is the complete list from the database. The cursor is the key of
 * the previous page's last item, as `keyOf` returns it.
 * @throws ApiError `invalid_request` for a cursor that is not the key of an item
 */
export function pageOfWhole<T>(
  all: readonly T[],
  { limit = all.length, cursor }: { limit?: number | undefined; cursor?: string | undefined },
  keyOf: (item: T) => string,
): Reply<T[]> {
  const start = cursor === undefined ? 0 : all.findIndex((item) => keyOf(item) === cursor) + 1;
  if (cursor !== undefined && start === 0) {
    throw invalid("cursor must come from an earlier page of this list.", "cursor");
  }
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  const isLast = last === undefined || start + items.length === all.length;
  return page(items, isLast ? null : keyOf(last));
}

function answerJson(status: number, body: unknown, context: RequestContext): Response {
  const answer = new Response(JSON.stringify(body), { status, headers: OF_EVERY_JSON });
  for (const [name, value] of contextHeaders(context)) answer.headers.append(name, value);
  return answer;
}

interface Metadata {
  requestId: string;
  traceId: string;
  timestamp: string;
  nextCursor?: string | null;
}

function metadataOf({ requestId, traceId }: RequestContext, now: Date): Metadata {
  return { requestId, traceId, timestamp: timestampOf(now) };
}

function envelopeOf(reply: Reply, context: RequestContext, now: Date): unknown {
  const metadata = metadataOf(context, now);
  if (Array.isArray(reply.data)) metadata.nextCursor = reply.nextCursor ?? null;
  return reply.status >= 400
    ? { error: reply.data, metadata }
    : { success: true, data: reply.data, metadata };
}

function openAiBodyOf({ status, data }: Reply): unknown {
  return status >= 400 ? { error: openAiError(data as ErrorBody) } : data;
}

/**
 * Renders a reply. A reply with a status of 400 or more is a stored refusal: `data` is the `error`
 * object.
 */
export function renderReply(
  reply: Reply,
  context: RequestContext,
  now: Date,
  shape: JsonShape = "envelope",
): Response {
  const body = shape === "openai" ? openAiBodyOf(reply) : envelopeOf(reply, context, now);
  const answer = answerJson(reply.status, body, context);
  if (reply.replayed) answer.headers.append("idempotency-replayed", "true");
  for (const name in reply.headers) answer.headers.append(name, reply.headers[name]!);
  return answer;
}

export function renderError(
  error: ApiError,
  context: RequestContext,
  now: Date,
  shape: JsonShape = "envelope",
): Response {
  const body = shape === "openai"
    ? { error: openAiError(error.body) }
    : { error: error.body, metadata: metadataOf(context, now) };
  const answer = answerJson(error.status, body, context);
  if (error.retryAfterSeconds !== undefined) {
    answer.headers.append("retry-after", String(error.retryAfterSeconds));
  }
  return answer;
}
