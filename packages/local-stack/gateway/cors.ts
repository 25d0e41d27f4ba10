/**
 * The headers that a page of any origin may send to Auth and REST, and those that it may read in
 * their answers, refusals included. Supabase's gateway and PostgREST echo the headers that a page
 * asks for, and Auth has a fixed list. The stack uses that list for Auth, so that a browser can send
 * nothing locally that a Supabase project could refuse. Functions set their own headers.
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

/** Without a list of headers, this middleware echoes the headers that are asked for. */
export const restCors = cors({
  origin: "*",
  allowMethods: ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"],
  exposeHeaders: [
    ...["content-encoding", "content-location", "content-range", "content-type", "date"],
    ...["location", "server", "transfer-encoding", "range-unit"],
  ],
});

/**
 * Lets a page read the gateway's answer for a missing function; without it the browser would only
 * report a CORS error.
 */
export const missingFunctionCors = cors({ origin: "*" });
