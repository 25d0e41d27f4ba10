/** /auth/v1: forwards to the Auth of @supabase/lite, and translates the tokens in requests and answers. */
import { Hono } from "hono";
import { forward } from "../core/forward.ts";
import type { Keys } from "../core/keys.ts";
import { authRefusal, type GatewayEnv, identify } from "./callers.ts";
import type { Tokens } from "./user-tokens.ts";
import type { Auth } from "../lite/auth-and-rest.ts";

interface Session {
  access_token: string;
  user?: unknown;
}

function isSession(body: unknown): body is Session {
  return typeof body === "object" && body !== null &&
    typeof (body as Session).access_token === "string";
}

/** Paths that browsers open directly, without an API key: emailed links and OAuth redirects. */
const OPEN = /^\/auth\/v1\/(verify|callback|authorize)$/;

/** Translates lite's access token in a session body or in the fragment of a redirect. */
async function translate(response: Response, tokens: Tokens): Promise<Response> {
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  const { status } = response;
  const location = headers.get("location");
  if (location?.includes("access_token=")) {
    const url = new URL(location);
    const fragment = new URLSearchParams(url.hash.slice(1));
    fragment.set("access_token", await tokens.fromLite(fragment.get("access_token") ?? ""));
    url.hash = fragment.toString();
    headers.set("location", url.href);
    return new Response(response.body, { status, headers });
  }
  if (!headers.get("content-type")?.includes("json")) return response;
  const text = await response.text();
  const body: unknown = text === "" ? null : JSON.parse(text);
  if (!isSession(body)) return new Response(text || null, { status, headers });
  const accessToken = await tokens.fromLite(body.access_token);
  return new Response(JSON.stringify({ ...body, access_token: accessToken }), { status, headers });
}

export interface AuthParts {
  auth: Pick<Auth, "fetch">;
  /** /auth/v1/admin, which lite lacks. */
  admin: Hono<GatewayEnv>;
  keys: Keys;
  tokens: Tokens;
}

export function authRoutes({ auth, admin, keys, tokens }: AuthParts): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  const issuer = (url: string) => new URL("/auth/v1", url).href;

  app.get("/auth/v1/.well-known/openid-configuration", (c) => {
    const at = issuer(c.req.url);
    return c.json({ issuer: at, jwks_uri: `${at}/.well-known/jwks.json` });
  });

  const check = identify(keys, tokens, authRefusal);
  app.use("/auth/v1/*", (c, next) => OPEN.test(c.req.path) ? next() : check(c, next));
  app.route("/", admin);
  app.all("/auth/v1/*", async (c) => {
    const headers = new Headers(c.req.raw.headers);
    const user = c.var.caller?.user;
    if (user) headers.set("authorization", `Bearer ${await tokens.toLite(user)}`);
    return await translate(await auth.fetch(forward(c.req.raw, { headers })), tokens);
  });
  return app;
}
