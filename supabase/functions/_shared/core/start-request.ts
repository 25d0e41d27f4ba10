/** Begins a request: its id, its trace (trace.ts) and its deadline (deadline.ts). */
import { findKeys } from "../privacy/keys-and-tokens.ts";
import type { RequestContext } from "./current-request.ts";
import { DEADLINE_MS } from "./deadline.ts";
import { traceOf } from "./trace.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** The id is logged and sent back unchanged, so an id that contains an API key is replaced. */
function isSafeId(id: string | null): id is string {
  return id !== null && REQUEST_ID.test(id) && findKeys(id).length === 0;
}

/** Reads the ids of a request from its headers, or makes new ones. */
export function startContext(headers: Headers, startedMs = performance.now()): RequestContext {
  const givenId = headers.get("x-request-id");
  const requestId = isSafeId(givenId) ? givenId : crypto.randomUUID();
  const { traceId, traceparent } = traceOf(headers);
  return {
    requestId,
    traceId,
    traceparent,
    deadlineMs: startedMs + DEADLINE_MS,
    author: null,
    answerHeaders: [],
  };
}
