/** The headers of every answer: security, no storing, and the request's ids. */
import type { HeaderPairs, RequestContext } from "../../core/request.ts";

/** Forbid browsers to run, frame, embed and guess. Allowed origins may still read. */
export const SECURITY_HEADERS: Readonly<HeaderPairs> = [
  ["x-content-type-options", "nosniff"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-resource-policy", "same-origin"],
];
/** For a year; of our host alone, since what else its domain serves is not ours to say. */
export const HTTPS_ONLY: [string, string] = ["strict-transport-security", "max-age=31536000"];

const OF_EVERY_ANSWER: Readonly<HeaderPairs> = [
  ["cache-control", "no-store"],
  ...SECURITY_HEADERS,
];

// Checked once: copying them from here costs half of what the runtime takes for pairs.
export const OF_EVERY_JSON = new Headers([
  ...OF_EVERY_ANSWER,
  ["content-type", "application/json; charset=utf-8"],
]);

export function contextHeaders(
  { requestId, traceparent, answerHeaders }: RequestContext,
): HeaderPairs {
  return [["x-request-id", requestId], ["traceparent", traceparent], ...answerHeaders];
}

/** No cache may store an answer, no browser may take it for a page, and each names its request. */
export function baseHeaders(context: RequestContext): HeaderPairs {
  return [...OF_EVERY_ANSWER, ...contextHeaders(context)];
}
