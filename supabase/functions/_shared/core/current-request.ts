/**
 * The current request. Functions that a handler calls indirectly read the request here. Calls of
 * the database send the request's trace (trace.ts). Calls of the database and of external services
 * stop at the request's deadline (deadline.ts). So the functions in between need no parameters for
 * the request (docs/decisions/http.md).
 */
import { AsyncLocalStorage } from "node:async_hooks";

export type HeaderPairs = [string, string][];

export interface RequestContext {
  readonly requestId: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** This request's span in the trace. It is sent in the response and in each database call. */
  readonly traceparent: string;
  /** The deadline, in milliseconds by performance.now(). The route sets it. */
  deadlineMs: number;
  /** The author of the request's changes; null for a caller without an identity. The route sets it. */
  author: string | null;
  /** The headers that are added to every response to this request, including refusals. */
  readonly answerHeaders: HeaderPairs;
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
