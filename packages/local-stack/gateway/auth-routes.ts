/**
 * /auth/v1: forwards to the Auth of @supabase/lite, translates the tokens in requests and answers,
 * and adds the factors to the users in answers.
 */
import { type Context, Hono } from "hono";
import type postgres from "postgres";
import { forward } from "../core/forward.ts";
import type { Keys } from "../core/keys.ts";
import { listFactors } from "./auth-factors.ts";
import { factorRoutes } from "./auth-factor-routes.ts";
import { authRefusal, type GatewayEnv, identify } from "./callers.ts";
import type { Tokens } from "./user-tokens.ts";
import type { Auth } from "../lite/auth.ts";

interface User {
  id: string;
}

interface Session {
  access_token: string;
  user?: unknown;
}

function isSession(body: unknown): body is Session {
  return typeof body === "object" && body !== null &&
    typeof (body as Session).access_token === "string";
}

function isUser(body: unknown): body is User {
  return typeof body === "object" && body !== null && "identities" in body &&
    typeof (body as { id?: unknown }).id === "string";
}

/** Paths that browsers open directly, without an API key: emailed links and OAuth redirects. */
const OPEN = /^\/auth\/v1\/(verify|callback|authorize)$/;

/** Adds the field `factors`, as Auth does. A user without factors does not get the field. */
async function withFactors(user: User, sql: postgres.Sql): Promise<object> {
  const factors = await listFactors(sql, user.id);
  return factors.length === 0 ? user : { ...user, factors };
}

type Translator = Pick<AuthParts, "tokens" | "sql">;

async function translateBody(body: unknown, { tokens, sql }: Translator): Promise<unknown> {
  if (isUser(body)) return await withFactors(body, sql);
  if (!isSession(body)) return body;
  return {
    ...body,
    access_token: await tokens.fromLite(body.access_token),
    ...isUser(body.user) && { user: await withFactors(body.user, sql) },
  };
}

/**
 * Replaces the access token of @supabase/lite by an ES256 token for the same user, as Supabase
 * issues it. The token is in the session of a JSON body or in the fragment of a redirect URL. Also
 * adds the factors to a user in a JSON body.
 */
async function translate(response: Response, parts: Translator): Promise<Response> {
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  const { status } = response;
  const location = headers.get("location");
  if (location?.includes("access_token=")) {
    const url = new URL(location);
    const fragment = new URLSearchParams(url.hash.slice(1));
    fragment.set("access_token", await parts.tokens.fromLite(fragment.get("access_token") ?? ""));
    url.hash = fragment.toString();
    headers.set("location", url.href);
    return new Response(response.body, { status, headers });
  }
  if (!headers.get("content-type")?.includes("json")) return response;
  const text = await response.text();
  if (text === "") return new Response(null, { status, headers });
  const body = JSON.stringify(await translateBody(JSON.parse(text), parts));
  return new Response(body, { status, headers });
}

export interface AuthParts {
  auth: Pick<Auth, "fetch">;
  /** The routes under /auth/v1/admin, which @supabase/lite lacks. */
  admin: Hono<GatewayEnv>;
  keys: Keys;
  tokens: Tokens;
  /** Connects to the database as Auth's role. */
  sql: postgres.Sql;
  /**
   * Authenticator apps show this URL's host as the issuer of an account, unless the request that
   * enrols the app has a field `issuer`.
   */
  siteUrl: string;
}

export function authRoutes(parts: AuthParts): Hono<GatewayEnv> {
  const { auth, admin, keys, tokens, sql, siteUrl } = parts;
  const app = new Hono<GatewayEnv>();
  const issuer = (url: string) => new URL("/auth/v1", url).href;

  app.get("/auth/v1/.well-known/openid-configuration", (c) => {
    const at = issuer(c.req.url);
    return c.json({ issuer: at, jwks_uri: `${at}/.well-known/jwks.json` });
  });

  const check = identify(keys, tokens, authRefusal);
  app.use("/auth/v1/*", (c, next) => OPEN.test(c.req.path) ? next() : check(c, next));
  app.route("/", admin);
  const refresh = async (c: Context<GatewayEnv>, refreshToken: string) => {
    const url = new URL("/auth/v1/token?grant_type=refresh_token", c.req.url);
    const headers = { apikey: keys.publishableKey, "content-type": "application/json" };
    const body = JSON.stringify({ refresh_token: refreshToken });
    const request = new Request(url, { method: "POST", headers, body });
    return await translate(await auth.fetch(request), parts);
  };
  app.route("/", factorRoutes(sql, siteUrl, refresh));
  app.all("/auth/v1/*", async (c) => {
    const headers = new Headers(c.req.raw.headers);
    const user = c.var.caller?.user;
    if (user) headers.set("authorization", `Bearer ${await tokens.toLite(user)}`);
    return await translate(await auth.fetch(forward(c.req.raw, { headers })), parts);
  });
  return app;
}
