/**
 * The CORS headers of Auth and REST, also for error responses. They say which request headers a
 * page of any origin may send, and which response headers the page may read. Supabase's gateway and
 * PostgREST allow every header that a page asks for; Auth has a fixed list. The stack uses the same
 * list for Auth, so that a page cannot send a header locally that a Supabase project would refuse.
 * Functions set their own CORS headers.
 */
import { cors } from "hono/cors";

const AUTH_HEADERS = [
  ...["apikey", "authorization", "content-type", "accept"],
  ...["x-client-info", "x-client-ip", "x-supabase-api-version", "x-jwt-aud", "x-use-cookie"],
];

export const authCors = cors({
  origin: "*",
  allowHeaders: AUTH_HEADERS,
  allowMethods: ["GET", "POST", "PUT", "DELETE"],
  exposeHeaders: ["x-total-count", "link", "x-supabase-api-version"],
});

/** Without a list of headers, this middleware allows every header that the page asks for. */
export const restCors = cors({
  origin: "*",
  allowMethods: ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"],
  exposeHeaders: [
    ...["content-encoding", "content-location", "content-range", "content-type", "date"],
    ...["location", "server", "transfer-encoding", "range-unit"],
  ],
});

/**
 * Lets a page read the gateway's 404 for a missing Edge Function. Without these headers the browser
 * would report only a CORS error.
 */
export const missingFunctionCors = cors({ origin: "*" });
