/**
 * The current request: its id, its trace and its deadline. Code far below a handler reads them
 * here: a call of the database or of an external service sends the trace and stops at the deadline.
 * So the functions in between need no parameters for them (docs/decisions/http.md).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type SpanContext, trace } from "@opentelemetry/api";
import { findKeys } from "../privacy/keys-and-tokens.ts";
import { ApiError } from "./errors.ts";

export type HeaderPairs = [string, string][];

/**
 * The deadline of ordinary requests, in ms: far more than they take, and early enough that callers
 * still wait.
 */
export const DEADLINE_MS = 30_000;
/**
 * The deadline of requests that call models, in ms. The platform ends a request after 150 s without
 * a first byte.
 */
export const LONG_DEADLINE_MS = 140_000;
/**
 * The deadline of runners, in ms, where the platform ends the request. Runners stop by an earlier
 * limit of their own.
 */
export const RUNNER_DEADLINE_MS = 150_000;
/** The time in ms to record what has already happened, after the deadline of the request. */
const CLOSING_MS = 10_000;

export interface RequestContext {
  readonly requestId: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** Our own span in the trace. It is answered, and forwarded to other services. */
  readonly traceparent: string;
  /** Our own span in the trace, which is sent in the answer and to other services. */
  deadlineMs: number;
  /** The author of the request's changes; null for a caller without an identity. The route sets it. */
  author: string | null;
  /** The headers of every answer to this request, including refusals. */
  readonly answerHeaders: HeaderPairs;
}

/**
 * Returns the runtime's span of the request; undefined if OpenTelemetry is off
 * (docs/reference/observability.md).
 */
export function activeSpan(): SpanContext | undefined {
  return trace.getActiveSpan()?.spanContext();
}

/** Names the span after its route, such as `POST /usage`: the runtime knows only the method. */
export function nameActiveSpan(title: string | null, route: string | null): void {
  const span = trace.getActiveSpan();
  if (span === undefined || title === null || route === null) return;
  span.updateName(title);
  span.setAttribute("http.route", route);
}

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
// Later versions of the header may append fields, so only version 00 has a fixed length. A comma
// shows that the header was sent twice.
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^,]*)?$/;
const ZERO = /^0+$/;

function randomHex(bytes: 8 | 16): string {
  // A UUID is the runtime's cheapest source of random hex digits. The version digits are cut out.
  const id = crypto.randomUUID();
  const tail = id.slice(24, 36) + id.slice(0, 4);
  return bytes === 8 ? tail : tail + crypto.randomUUID().slice(24, 36) + id.slice(4, 8);
}

/** The id is logged and answered unchanged, so an id that contains a key is refused. */
function mayBeKept(id: string | null): id is string {
  return id !== null && REQUEST_ID.test(id) && findKeys(id).length === 0;
}

/** Reads the ids of a request from its headers, or makes new ones. */
export function startContext(headers: Headers, startedMs = performance.now()): RequestContext {
  const givenId = headers.get("x-request-id");
  const requestId = mayBeKept(givenId) ? givenId : crypto.randomUUID();
  const given = TRACEPARENT.exec(headers.get("traceparent") ?? "");
  const [, version, traceId, parentId, flags, rest] = given ?? [];
  const isValid = given !== null && !ZERO.test(traceId!) && !ZERO.test(parentId!) &&
    (version !== "00" || rest === undefined);
  // If the runtime traces the request too, its span becomes ours, and its trace is used if the
  // caller sent none.
  const span = activeSpan();
  const sharedTrace = isValid ? traceId! : span?.traceId ?? randomHex(16);
  const spanId = span?.traceId === sharedTrace ? span.spanId : randomHex(8);
  const sampled = isValid ? flags! : "01";
  return {
    requestId,
    traceId: sharedTrace,
    traceparent: `00-${sharedTrace}-${spanId}-${sampled}`,
    deadlineMs: startedMs + DEADLINE_MS,
    author: null,
    answerHeaders: [],
  };
}

const storage = new AsyncLocalStorage<RequestContext | undefined>();

/** Runs `serve`, and all work that `serve` starts, as part of a request. */
export function withinRequest<T>(context: RequestContext, serve: () => T): T {
  return storage.run(context, serve);
}

/** Runs work without the current request's trace and deadline. */
export function outsideRequests<T>(run: () => T): T {
  return storage.run(undefined, run);
}

/** Returns the current request; undefined outside any request, as in a script. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}

/**
 * Returns the smaller of `atMost` and the current request's remaining time, in ms.
 * @throws ApiError `request_timeout` when no time is left
 */
export function timeLeftMs(atMost: number): number {
  const deadlineMs = currentRequest()?.deadlineMs;
  if (deadlineMs === undefined) return atMost;
  const left = deadlineMs - performance.now();
  if (left <= 0) {
    throw new ApiError("request_timeout", { internal: "the request's deadline has passed" });
  }
  return Math.min(atMost, left);
}

/**
 * Runs work that must happen even after the request's deadline, such as recording the result of an
 * external call. The work has its own deadline, in `ms`, and keeps the request's trace.
 */
export function withOwnTime<T>(work: () => T, ms = CLOSING_MS): T {
  const context = currentRequest();
  if (context === undefined) return work();
  return withinRequest({ ...context, deadlineMs: performance.now() + ms }, work);
}

/** startContext() checks the format of both values. */
interface TraceHeaders {
  readonly "x-request-id": string;
  readonly traceparent: string;
}

/** Returns the headers that carry the trace; undefined outside any request. */
export function traceHeaders(): TraceHeaders | undefined {
  const request = currentRequest();
  if (request === undefined) return undefined;
  return { "x-request-id": request.requestId, traceparent: request.traceparent };
}
