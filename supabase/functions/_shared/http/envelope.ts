/** The fixed shape around every JSON answer, and the headers that every answer carries. */
import { timestampOf } from "../timestamp.ts";
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
  /** Headers of this answer alone, by lower-case name: location, retry-after, etag. */
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok<T>(data: T): Reply<T> {
  return { status: 200, data };
}

export function page<T>(data: T[], nextCursor: string | null): Reply<T[]> {
  return { status: 200, data, nextCursor };
}

export type HeaderPairs = [string, string][];

// Pairs, and shared ones where they never change: the cheapest form in which the runtime takes headers.
const NO_STORE: [string, string] = ["cache-control", "no-store"];
const NO_SNIFF: [string, string] = ["x-content-type-options", "nosniff"];
const NOTHING_RUNS: [string, string] = [
  "content-security-policy",
  "default-src 'none'; frame-ancestors 'none'",
];
const NO_REFERRER: [string, string] = ["referrer-policy", "no-referrer"];
const SAME_ORIGIN: [string, string] = ["cross-origin-resource-policy", "same-origin"];
/** What an API tells browsers: to run, frame, embed and guess nothing. Allowed origins may still read. */
export const SECURITY_HEADERS: Readonly<HeaderPairs> = [
  NO_SNIFF,
  NOTHING_RUNS,
  NO_REFERRER,
  SAME_ORIGIN,
];
/** For a year; of our host alone, since what else its domain serves is not ours to say. */
export const HTTPS_ONLY: [string, string] = ["strict-transport-security", "max-age=31536000"];
const JSON_TYPE: [string, string] = ["content-type", "application/json; charset=utf-8"];
const REPLAYED: [string, string] = ["idempotency-replayed", "true"];

/** No answer of ours may be stored by a cache or taken for a page, and each says whose it is. */
export function baseHeaders(context: RequestContext): HeaderPairs {
  return [
    NO_STORE,
    ...SECURITY_HEADERS,
    ["x-request-id", context.requestId],
    ["traceparent", context.traceparent],
    ...context.answerHeaders,
  ];
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

/** A reply of status 400 and above is a stored refusal: its data is the `error` object itself. */
export function renderReply(reply: Reply, context: RequestContext, now: Date): Response {
  const headers = baseHeaders(context);
  headers.push(JSON_TYPE);
  if (reply.replayed) headers.push(REPLAYED);
  if (reply.headers !== undefined) headers.push(...Object.entries(reply.headers));
  const metadata = metadataOf(context, now);
  if (Array.isArray(reply.data)) metadata.nextCursor = reply.nextCursor ?? null;
  const body = reply.status >= 400
    ? { error: reply.data, metadata }
    : { success: true, data: reply.data, metadata };
  return new Response(JSON.stringify(body), { status: reply.status, headers });
}

export function renderError(error: ApiError, context: RequestContext, now: Date): Response {
  const headers = baseHeaders(context);
  headers.push(JSON_TYPE);
  if (error.retryAfterSeconds !== undefined) {
    headers.push(["retry-after", String(error.retryAfterSeconds)]);
  }
  const body: { error: ErrorBody; metadata: Metadata } = {
    error: error.body,
    metadata: metadataOf(context, now),
  };
  return new Response(JSON.stringify(body), { status: error.status, headers });
}
