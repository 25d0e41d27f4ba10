/** How a call to a service of our own says in whose name it is made: the request's id, and its trace. */
import { currentRequest } from "./current-request.ts";

/** Both are bounded in shape by request-context.ts. */
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
