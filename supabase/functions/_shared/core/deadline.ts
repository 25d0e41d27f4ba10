/** How long a request may take, and how much of that is left to whoever works for it. */
import { currentRequest, withinRequest } from "./current-request.ts";
import { ApiError } from "./errors.ts";

/** Far more than any ordinary request takes, and soon enough that its caller is still there. */
export const DEADLINE_MS = 30_000;
/** The platform gives a request 150 s to its first byte: models and runners use most of it. */
export const LONG_DEADLINE_MS = 140_000;
/** A runner ends by a clock of its own; this is when the platform ends it. */
export const RUNNER_DEADLINE_MS = 150_000;
/** To write down what has happened already. */
const CLOSING_MS = 10_000;

/**
 * `atMost`, or what is left of the current request where that is less.
 * @throws ApiError `request_timeout` when nothing is left
 */
export function timeLeftMs(atMost: number): number {
  const deadlineMs = currentRequest()?.deadlineMs;
  if (deadlineMs === undefined) return atMost;
  const left = deadlineMs - performance.now();
  if (left <= 0) throw new ApiError("request_timeout", { internal: "the request's time is spent" });
  return Math.min(atMost, left);
}

/**
 * Runs what has to be done though the request's own time may be spent: what was begun is ended, and what
 * happened outside is written down. It keeps the request's trace.
 */
export function withOwnTime<T>(work: () => T, ms = CLOSING_MS): T {
  const context = currentRequest();
  if (context === undefined) return work();
  return withinRequest({ ...context, deadlineMs: performance.now() + ms }, work);
}
