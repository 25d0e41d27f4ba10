/**
 * The request that is being served: its id, its trace and its remaining time. Code far below a handler reads
 * them here: a call to the database or to another service sends the trace along and gives up when the time is
 * spent. The functions in between need not pass them on (docs/decisions/http.md).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type SpanContext, trace } from "@opentelemetry/api";
import { findKeys } from "../privacy/keys-and-tokens.ts";
import { ApiError } from "./errors.ts";

export type HeaderPairs = [string, string][];

/** Far more than an ordinary request takes, and early enough that the caller still waits. */
export const DEADLINE_MS = 30_000;
/** The platform gives a request 150 s to its first byte: models and runners use most of it. */
export const LONG_DEADLINE_MS = 140_000;
/** A runner has an earlier limit of its own; at this one the platform ends the request. */
export const RUNNER_DEADLINE_MS = 150_000;
/** Time to record what has already happened. */
const CLOSING_MS = 10_000;

export interface RequestContext {
  readonly requestId: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** Our own span in that trace, to be answered and forwarded. */
  readonly traceparent: string;
  /** When its time is over, by performance.now(). The route sets it. */
  deadlineMs: number;
  /** The author of the request's changes; null for a caller without an identity. The route sets it. */
  author: string | null;
  /** Headers of every answer to it, refusals included. */
  readonly answerHeaders: HeaderPairs;
}

/** The runtime's own span of the request, where OpenTelemetry is switched on (docs/observability.md). */
export function activeSpan(): SpanContext | undefined {
  return trace.getActiveSpan()?.spanContext();
}

/** Names the span by its route: the runtime knows only the method. `title`: `POST /usage`. */
export function nameActiveSpan(title: string | null, route: string | null): void {
  const span = trace.getActiveSpan();
  if (span === undefined || title === null || route === null) return;
  span.updateName(title);
  span.setAttribute("http.route", route);
}

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
// Later versions may append fields, so only version 00 has a fixed length. A comma means that the header came
// twice.
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^,]*)?$/;
const ZERO = /^0+$/;

function randomHex(bytes: 8 | 16): string {
  // A UUID is the cheapest source of random hex in the runtime; its version digits are cut out.
  const id = crypto.randomUUID();
  const tail = id.slice(24, 36) + id.slice(0, 4);
  return bytes === 8 ? tail : tail + crypto.randomUUID().slice(24, 36) + id.slice(4, 8);
}

/** An id is logged and answered unchanged, so an id that contains a key is refused. */
function mayBeKept(id: string | null): id is string {
  return id !== null && REQUEST_ID.test(id) && findKeys(id).length === 0;
}

/** Reads or makes the ids of one request. */
export function startContext(headers: Headers, startedMs = performance.now()): RequestContext {
  const givenId = headers.get("x-request-id");
  const requestId = mayBeKept(givenId) ? givenId : crypto.randomUUID();
  const given = TRACEPARENT.exec(headers.get("traceparent") ?? "");
  const [, version, traceId, parentId, flags, rest] = given ?? [];
  const isValid = given !== null && !ZERO.test(traceId!) && !ZERO.test(parentId!) &&
    (version !== "00" || rest === undefined);
  // Where the runtime traces too, its span is ours, and a new trace is the one that it began.
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

/** Runs `serve` and all work that it starts as part of a request. */
export function withinRequest<T>(context: RequestContext, serve: () => T): T {
  return storage.run(context, serve);
}

/** Runs work detached from the current request: without its trace and its deadline. */
export function outsideRequests<T>(run: () => T): T {
  return storage.run(undefined, run);
}

/** Undefined outside any request: at a start, or in a script. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}

/**
 * The smaller of `atMost` and the current request's remaining time.
 * @throws ApiError `request_timeout` when no time is left
 */
export function timeLeftMs(atMost: number): number {
  const deadlineMs = currentRequest()?.deadlineMs;
  if (deadlineMs === undefined) return atMost;
  const left = deadlineMs - performance.now();
  if (left <= 0) throw new ApiError("request_timeout", { internal: "the request's time is spent" });
  return Math.min(atMost, left);
}

/**
 * Runs work that must happen although the request's own time may be spent: it ends what was begun and records
 * outside results. The work keeps the request's trace.
 */
export function withOwnTime<T>(work: () => T, ms = CLOSING_MS): T {
  const context = currentRequest();
  if (context === undefined) return work();
  return withinRequest({ ...context, deadlineMs: performance.now() + ms }, work);
}

/** startContext() bounds the shape of both. */
interface TraceHeaders {
  readonly "x-request-id": string;
  readonly traceparent: string;
}

/** Undefined outside any request. */
export function traceHeaders(): TraceHeaders | undefined {
  const request = currentRequest();
  if (request === undefined) return undefined;
  return { "x-request-id": request.requestId, traceparent: request.traceparent };
}
