/**
 * Who is asking, for the logs: a request id (kept when the caller's is well formed) and the W3C
 * trace (continued when the caller's `traceparent` is valid, started otherwise).
 */
import { activeSpan } from "./active-span.ts";
import { findKeys } from "../privacy/key-shapes.ts";
import { DEADLINE_MS } from "./deadline.ts";
import type { HeaderPairs } from "../http/reply.ts";

export interface RequestContext {
  readonly requestId: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** Our own span in that trace, to be answered and forwarded. */
  readonly traceparent: string;
  /** When its time is spent, by performance.now(). The route sets it. */
  deadlineMs: number;
  /** How what the request does is signed; null where it speaks for nobody. The route sets it. */
  author: string | null;
  /** Headers that every answer to it carries, refusals too. */
  readonly answerHeaders: HeaderPairs;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
// Later versions may append fields, so only version 00 is bound to the exact length. With a comma it came
// twice.
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^,]*)?$/;
const ZERO = /^0+$/;

function randomHex(bytes: 8 | 16): string {
  // A UUID is the cheapest source of random hex in the runtime; its version digits are cut out.
  const id = crypto.randomUUID();
  const tail = id.slice(24, 36) + id.slice(0, 4);
  return bytes === 8 ? tail : tail + crypto.randomUUID().slice(24, 36) + id.slice(4, 8);
}

/** An id is logged and answered as it is, and a key that someone put in its place must not be. */
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
  // Where the runtime traces too, its span is ours, and a trace that begins here is the one it began.
  const span = activeSpan();
  const trace = isValid ? traceId! : span?.traceId ?? randomHex(16);
  const spanId = span?.traceId === trace ? span.spanId : randomHex(8);
  const sampled = isValid ? flags! : "01";
  return {
    requestId,
    traceId: trace,
    traceparent: `00-${trace}-${spanId}-${sampled}`,
    deadlineMs: startedMs + DEADLINE_MS,
    author: null,
    answerHeaders: [],
  };
}
