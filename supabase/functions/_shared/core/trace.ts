/**
 * The W3C trace of a request: it is read from the caller's headers and sent to the database, but to no
 * other service.
 */
import { type SpanContext, trace } from "@opentelemetry/api";
import { currentRequest } from "./current-request.ts";

/**
 * Returns the runtime's span of the request; undefined if OpenTelemetry is off
 * (docs/reference/observability.md).
 */
export function activeSpan(): SpanContext | undefined {
  return trace.getActiveSpan()?.spanContext();
}

/**
 * Names the runtime's span after the route, such as `POST /usage`, because the runtime knows only the method.
 */
export function nameActiveSpan(title: string | null, route: string | null): void {
  const span = trace.getActiveSpan();
  if (span === undefined || title === null || route === null) return;
  span.updateName(title);
  span.setAttribute("http.route", route);
}

// Later versions of the header may append fields, so only version 00 has a fixed length. A comma
// shows that the header was sent twice.
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^,]*)?$/;
const ZERO = /^0+$/;

function randomHex(bytes: 8 | 16): string {
  // A UUID is the runtime's cheapest source of random hex digits. The digits of the UUID's version
  // are not random, so they are cut out.
  const id = crypto.randomUUID();
  const tail = id.slice(24, 36) + id.slice(0, 4);
  return bytes === 8 ? tail : tail + crypto.randomUUID().slice(24, 36) + id.slice(4, 8);
}

/**
 * The trace that a request belongs to, and the traceparent, which contains the id of the request's
 * own span.
 */
interface Trace {
  readonly traceId: string;
  readonly traceparent: string;
}

/** Continues the trace of a caller's `traceparent`, or begins a new trace. */
export function traceOf(headers: Headers): Trace {
  const given = TRACEPARENT.exec(headers.get("traceparent") ?? "");
  const [, version, traceId, parentId, flags, rest] = given ?? [];
  const isValid = given !== null && !ZERO.test(traceId!) && !ZERO.test(parentId!) &&
    (version !== "00" || rest === undefined);
  // Without a trace from the caller, the request joins the runtime's trace, if there is one. If the
  // runtime's span is in the request's trace, the request uses the id of that span.
  const span = activeSpan();
  const sharedTrace = isValid ? traceId! : span?.traceId ?? randomHex(16);
  const spanId = span?.traceId === sharedTrace ? span.spanId : randomHex(8);
  const sampled = isValid ? flags! : "01";
  return { traceId: sharedTrace, traceparent: `00-${sharedTrace}-${spanId}-${sampled}` };
}

/** startContext() has checked the format of both values. */
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
