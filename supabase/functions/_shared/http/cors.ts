/**
 * CORS: which pages may call the API and read its responses. A page of any other origin cannot read
 * any response. The log names the refused origin, because the browser does not show the reason to
 * the developer.
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Logger } from "../core/logger.ts";
import type { Services, ServicesSource } from "./route/app-services.ts";
import { isAllowedOrigin } from "../core/origins.ts";

/** The headers that OpenAI's SDK and the AI SDK add. */
const AI_SDK_HEADERS = [
  "user-agent",
  ...["lang", "package-version", "os", "arch", "runtime", "runtime-version", "retry-count"]
    .map((name) => `x-stainless-${name}`),
  ...["timeout", "helper-method"].map((name) => `x-stainless-${name}`),
  ...["openai-organization", "openai-project"],
];

/**
 * If this list lacks a header, requests with that header fail only in browsers, at the preflight.
 * supabase-js sends the headers of the first four rows.
 */
const ALLOW_HEADERS = [
  ...["authorization", "apikey", "content-type", "x-client-info"],
  ...["x-supabase-api-version", "x-retry-count"],
  "x-region",
  ...["traceparent", "tracestate", "baggage"],
  "idempotency-key",
  "if-none-match",
  "prefer",
  "x-request-id",
  ...AI_SDK_HEADERS,
];

const EXPOSE_HEADERS = [
  "x-request-id",
  "traceparent",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "location",
  "etag",
  "idempotency-replayed",
  ...["farthing-hold", "farthing-held", "farthing-credits", "farthing-balance"],
  ...["limit", "remaining", "reset"].map((name) => `x-ratelimit-${name}-requests`),
];

const PREFLIGHT_SECONDS = 7_200;

/**
 * The maximum number of refused origins that one isolate logs: enough for an app's own origins, too
 * few to flood the log.
 */
const NAMED_ORIGINS = 50;

// The form of an origin that a browser sends. Any other text is not logged.
const ORIGIN = /^([a-z][a-z0-9+.-]{0,20}:\/\/[a-z0-9.:[\]-]{1,200}|null)$/;

/** Returns a function that writes each refused origin to the log once. */
function nameRefused(): (origin: string, log: Logger) => void {
  const named = new Set<string>();
  return (origin, log) => {
    if (named.has(origin) || named.size >= NAMED_ORIGINS || !ORIGIN.test(origin)) return;
    named.add(origin);
    log("warn", "origin refused", {
      origin,
      detail:
        "A page called the API, but its origin is not in APP_ORIGINS. If the page is yours, add its origin.",
    });
  };
}

/** Answers preflight requests, and lets the pages of allowed origins read responses. */
export function createCors(source: ServicesSource): MiddlewareHandler {
  const refused = nameRefused();

  /**
   * Returns whether the origin is allowed; false if the environment is invalid. An invalid
   * environment is not logged here, because its faults are logged when the request is handled.
   */
  function isAllowed(origin: string): boolean {
    let services: Services;
    try {
      services = source();
    } catch {
      return false;
    }
    if (isAllowedOrigin(origin, services.origins)) return true;
    refused(origin, services.log);
    return false;
  }

  return cors({
    origin: (origin) => isAllowed(origin) ? origin : null,
    allowHeaders: ALLOW_HEADERS,
    exposeHeaders: EXPOSE_HEADERS,
    allowMethods: ["GET", "POST", "DELETE"],
    maxAge: PREFLIGHT_SECONDS,
  });
}
