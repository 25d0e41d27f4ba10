/**
 * CORS: the pages that may call, send and read. A page of any other origin gets no answer that it can read,
 * and the log names its origin, because the browser does not say why.
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Logger } from "../core/logger.ts";
import type { Services, ServicesSource } from "./route/app-services.ts";
import { isAllowedOrigin } from "../core/origins.ts";

/**
 * A header that is missing here fails in browsers alone, before the request is sent. The first four rows
 * are what supabase-js sends, also with a region or with propagated traces.
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
];

const PREFLIGHT_SECONDS = 7_200;

/** Origins named in the log by one isolate: enough for an app's own, too few to fill a log with. */
const NAMED_ORIGINS = 50;

// The form that a browser sends. Any other text is no page that could be allowed.
const ORIGIN = /^([a-z][a-z0-9+.-]{0,20}:\/\/[a-z0-9.:[\]-]{1,200}|null)$/;

/** Writes each refused origin to the log once. */
function nameRefused(): (origin: string, log: Logger) => void {
  const named = new Set<string>();
  return (origin, log) => {
    if (named.has(origin) || named.size >= NAMED_ORIGINS || !ORIGIN.test(origin)) return;
    named.add(origin);
    log("warn", "origin refused", {
      origin,
      detail: "A page of this origin called. If it is yours, add the origin to APP_ORIGINS.",
    });
  };
}

/** Answers preflights, and lets the pages of allowed origins read answers. */
export function createCors(source: ServicesSource): MiddlewareHandler {
  const refused = nameRefused();

  /** Without an environment no origin is allowed; the request itself then logs what is missing. */
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
