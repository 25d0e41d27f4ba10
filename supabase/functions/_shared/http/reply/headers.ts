/** The headers of every response: security, caching, and the ids of the request. */
import type { HeaderPairs, RequestContext } from "../../core/current-request.ts";

/**
 * Forbids browsers to guess the content type, to run scripts, to show the response in a frame and
 * to embed it in another site. Pages of allowed origins can still read responses.
 */
export const SECURITY_HEADERS: Readonly<HeaderPairs> = [
  ["x-content-type-options", "nosniff"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-resource-policy", "same-origin"],
];
/**
 * Makes browsers use HTTPS for one year. Subdomains are not included: they may belong to other
 * services.
 */
export const HTTPS_ONLY: [string, string] = ["strict-transport-security", "max-age=31536000"];

const OF_EVERY_ANSWER: Readonly<HeaderPairs> = [
  ["cache-control", "no-store"],
  ...SECURITY_HEADERS,
];

// The values are validated once, here. Copying a Headers object costs half as much as building one from
// pairs.
export const OF_EVERY_JSON = new Headers([
  ...OF_EVERY_ANSWER,
  ["content-type", "application/json; charset=utf-8"],
]);

export function contextHeaders(
  { requestId, traceparent, answerHeaders }: RequestContext,
): HeaderPairs {
  return [["x-request-id", requestId], ["traceparent", traceparent], ...answerHeaders];
}

/** Returns the headers of a response that is not in the JSON envelope. */
export function baseHeaders(context: RequestContext): HeaderPairs {
  return [...OF_EVERY_ANSWER, ...contextHeaders(context)];
}
