/**
 * What a page of any origin may send to Auth and REST, and read of their answers, refusals included.
 * Supabase's gateway echoes whatever headers a page asks for, and so does PostgREST behind it. Auth itself
 * has a list: it counts here, so that what a browser may do locally it may do on every Supabase. Functions
 * answer for themselves.
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

/** Without a list of headers it echoes. */
export const restCors = cors({
  origin: "*",
  allowMethods: ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"],
  exposeHeaders: [
    ...["content-encoding", "content-location", "content-range", "content-type", "date"],
    ...["location", "server", "transfer-encoding", "range-unit"],
  ],
});

/** What the gateway says in place of a function: a page that may not read it would only see "CORS". */
export const missingFunctionCors = cors({ origin: "*" });
