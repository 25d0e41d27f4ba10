/** The deadlines of requests, and the work that goes on after a deadline. */
import { currentRequest, withinRequest } from "./current-request.ts";
import { ApiError } from "./errors.ts";

/**
 * The deadline of ordinary requests, in ms: far longer than such requests take, and short enough
 * that callers still wait.
 */
export const DEADLINE_MS = 30_000;
/**
 * The deadline of long requests, in ms: chats, and replays and backfills of events. The platform
 * ends a request after 150 s without a first byte.
 */
export const LONG_DEADLINE_MS = 140_000;
/**
 * The deadline of runners and of the deep health checks, in ms: the time after which the platform
 * ends a request. Runners stop earlier, by a limit of their own.
 */
export const RUNNER_DEADLINE_MS = 150_000;
/**
 * The time in ms that is allowed after the request's deadline to record work that has already
 * happened.
 */
const CLOSING_MS = 10_000;

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
