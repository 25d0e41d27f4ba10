/**
 * /auth/v1/factors, which @supabase/lite lacks: a signed-in user enrols, verifies and removes
 * second factors of authenticator apps (TOTP). Phone factors, passkeys and recovery codes are
 * refused.
 */
import { type Context, Hono } from "hono";
import type postgres from "postgres";
import { z } from "zod";
import { AuthError, renderAuthError, uuidOf } from "./auth-error.ts";
import {
  challengeFactor,
  enrolFactor,
  type Factor,
  findFactor,
  findSession,
  removeFactor,
  type SessionLevel,
  verifyFactor,
} from "./auth-factors.ts";
import type { GatewayEnv } from "./callers.ts";

const Enrolment = z.object({
  factor_type: z.string().default(""),
  friendly_name: z.string().default(""),
  issuer: z.string().default(""),
});
const Answer = z.object({ challenge_id: z.guid(), code: z.string().default("") });

async function readBody<S extends z.ZodType>(c: Context, shape: S): Promise<z.output<S>> {
  const body: unknown = await c.req.json().catch(() => null);
  const { data, error } = shape.safeParse(body);
  if (error) throw new AuthError(400, "bad_json", `Could not parse request body: ${error.message}`);
  return data;
}

const ENROL_DISABLED: Record<string, [code: string, name: string]> = {
  phone: ["mfa_phone_enroll_not_enabled", "Phone"],
  webauthn: ["mfa_webauthn_enroll_not_enabled", "WebAuthn"],
};

function requireTotp(type: string): void {
  if (type === "totp") return;
  const [code, name] = ENROL_DISABLED[type] ?? [];
  if (code) throw new AuthError(422, code, `MFA enroll is disabled for ${name}`);
  const message = "factor_type needs to be totp, phone, or webauthn";
  throw new AuthError(400, "validation_failed", message);
}

interface Signed {
  session: SessionLevel;
  email: string;
}

async function signedIn(c: Context<GatewayEnv>, sql: postgres.Sql): Promise<Signed> {
  const { user } = c.var.caller;
  if (!user) {
    throw new AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token");
  }
  const session = await findSession(sql, String(user.sub), user.session_id);
  return { session, email: String(user.email ?? "") };
}

async function factorOf(
  c: Context<GatewayEnv>,
  sql: postgres.Sql,
): Promise<Signed & { factor: Factor }> {
  const signed = await signedIn(c, sql);
  const id = uuidOf(c.req.param("id"), "factor_id");
  return { ...signed, factor: await findFactor(sql, signed.session.userId, id) };
}

/** Exchanges a refresh token for a session. */
export type Refresh = (c: Context<GatewayEnv>, refreshToken: string) => Promise<Response>;

export function factorRoutes(
  sql: postgres.Sql,
  siteUrl: string,
  refresh: Refresh,
): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>().basePath("/auth/v1/factors");
  app.onError((error, c) => {
    if (error instanceof AuthError) return renderAuthError(c, error);
    return renderAuthError(c, new AuthError(500, "unexpected_failure", `Database error: ${error}`));
  });

  app.post("/", async (c) => {
    const { session, email } = await signedIn(c, sql);
    const { factor_type, friendly_name: name, issuer } = await readBody(c, Enrolment);
    requireTotp(factor_type);
    const enrolment = { name, email, issuer: issuer || new URL(siteUrl).host };
    return c.json(await sql.begin((at) => enrolFactor(at, session, enrolment)));
  });

  app.post("/:id/challenge", async (c) => {
    const { factor } = await factorOf(c, sql);
    return c.json(await sql.begin((at) => challengeFactor(at, factor)));
  });

  app.post("/:id/verify", async (c) => {
    const { session, factor } = await factorOf(c, sql);
    const { challenge_id: challengeId, code } = await readBody(c, Answer);
    if (code === "") throw new AuthError(400, "validation_failed", "Code needs to be non-empty");
    const answer = { factor, challengeId, code };
    return await refresh(c, await sql.begin((at) => verifyFactor(at, session, answer)));
  });

  app.delete("/:id", async (c) => {
    const { session, factor } = await factorOf(c, sql);
    if (factor.status === "verified" && !session.isAal2) {
      const message = "AAL2 required to unenroll verified factor";
      throw new AuthError(422, "insufficient_aal", message);
    }
    await sql.begin((at) => removeFactor(at, factor));
    return c.json({ id: factor.id });
  });
  return app;
}
