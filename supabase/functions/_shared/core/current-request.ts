/**
 * The request that is being served, for what lies far below its handler: a call to the database or to an
 * outside service sends its trace along and gives up when its time is spent, without every function in
 * between handing it on (docs/decisions/current-request.md).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestContext } from "./request-context.ts";

const storage = new AsyncLocalStorage<RequestContext | undefined>();

/** Runs `serve`, and whatever it begins, as part of a request. */
export function withinRequest<T>(context: RequestContext, serve: () => T): T {
  return storage.run(context, serve);
}

/** Runs what a request only happens to begin: it has neither that request's trace nor its time. */
export function outsideRequests<T>(run: () => T): T {
  return storage.run(undefined, run);
}

/** Undefined outside any request: at a start, or in a script. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}
