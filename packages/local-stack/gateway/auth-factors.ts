/**
 * Second factors (TOTP) and the assurance level (AAL) of sessions, in the tables and by the rules
 * of Supabase's Auth. @supabase/lite has no factors and no levels, but reads the same sessions.
 */
import { Secret, TOTP } from "otpauth";
import type postgres from "postgres";
import { renderSVG } from "uqr";
import { AuthError } from "./auth-error.ts";

type Sql = postgres.ISql;

export interface Factor {
  id: string;
  status: "unverified" | "verified";
  friendly_name: string;
  secret: string;
}

export interface SessionLevel {
  id: string;
  userId: string;
  isAal2: boolean;
}

/**
 * The time within which a challenge can be answered. An unverified factor without a challenge has
 * the same lifetime: when any user enrols a factor, those that are older are deleted.
 */
const LIFETIME_SECONDS = 300;
const MOST_FACTORS = 10;

/** A code of the previous or the next period is accepted, because a device's clock may be wrong. */
const WINDOW = 1;

const totpOf = (secret: Secret, labels: { issuer: string; label: string }) =>
  new TOTP({ ...labels, secret, algorithm: "SHA1", digits: 6, period: 30 });

/** Returns a user's factors as Auth shows them: without their secrets. */
export async function listFactors(sql: Sql, userId: string): Promise<Record<string, unknown>[]> {
  return await sql`
    select id, created_at, updated_at, status, coalesce(friendly_name, '') as friendly_name,
           factor_type, coalesce(phone, '') as phone, last_challenged_at
      from auth.mfa_factors where user_id = ${userId} order by created_at`;
}

/** Returns a session that has not ended. @throws AuthError */
export async function findSession(sql: Sql, userId: string, id: unknown): Promise<SessionLevel> {
  const [row] = typeof id === "string"
    ? await sql<{ aal: string | null }[]>`
        select aal from auth.sessions where id = ${id} and user_id = ${userId}`
    : [];
  if (!row) {
    const message = "Session from session_id claim in JWT does not exist";
    throw new AuthError(403, "session_not_found", message);
  }
  return { id: String(id), userId, isAal2: row.aal === "aal2" };
}

/** Returns a factor of this user. @throws AuthError if there is none, or if it is another user's */
export async function findFactor(sql: Sql, userId: string, id: string): Promise<Factor> {
  const [factor] = await sql<Factor[]>`
    select id, status, coalesce(friendly_name, '') as friendly_name, secret
      from auth.mfa_factors where id = ${id} and user_id = ${userId}`;
  if (!factor) throw new AuthError(404, "mfa_factor_not_found", "Factor not found");
  return factor;
}

async function requireMayEnrol(sql: Sql, session: SessionLevel, name: string): Promise<void> {
  await sql`
    delete from auth.mfa_factors f
     where f.status = 'unverified' and f.created_at < now() - ${LIFETIME_SECONDS} * interval '1 s'
       and not exists (select from auth.mfa_challenges c where c.factor_id = f.id)`;
  const factors = await listFactors(sql, session.userId);
  if (factors.some(({ friendly_name }) => friendly_name === name)) {
    const message = `A factor with the friendly name "${name}" for this user already exists`;
    throw new AuthError(422, "mfa_factor_name_conflict", message);
  }
  if (factors.length >= MOST_FACTORS) {
    const message = "Maximum number of verified factors reached, unenroll to continue";
    throw new AuthError(422, "too_many_enrolled_mfa_factors", message);
  }
  if (!session.isAal2 && factors.some(({ status }) => status === "verified")) {
    throw new AuthError(403, "insufficient_aal", "AAL2 required to enroll a new factor");
  }
}

export interface Enrolment {
  name: string;
  issuer: string;
  email: string;
}

/** Creates a factor. It stays unverified until the user sends a valid code for it. */
export async function enrolFactor(
  sql: Sql,
  session: SessionLevel,
  { name, issuer, email }: Enrolment,
): Promise<Record<string, unknown>> {
  await requireMayEnrol(sql, session, name);
  const secret = new Secret({ size: 20 });
  const uri = totpOf(secret, { issuer, label: email }).toString();
  const id = crypto.randomUUID();
  await sql`
    insert into auth.mfa_factors (
      id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret)
    values (
      ${id}, ${session.userId}, ${name}, 'totp', 'unverified', now(), now(), ${secret.base32})`;
  const totp = { qr_code: renderSVG(uri, { ecc: "H" }), secret: secret.base32, uri };
  return { id, type: "totp", friendly_name: name, totp };
}

/** Creates a challenge, which accepts one valid code. */
export async function challengeFactor(sql: Sql, { id }: Factor): Promise<Record<string, unknown>> {
  const [row] = await sql<{ id: string; expires_at: number }[]>`
    insert into auth.mfa_challenges (id, factor_id, created_at, ip_address)
    values (${crypto.randomUUID()}, ${id}, now(), '127.0.0.1')
    returning id,
      floor(extract(epoch from created_at))::integer + ${LIFETIME_SECONDS} as expires_at`;
  await sql`update auth.mfa_factors set last_challenged_at = clock_timestamp() where id = ${id}`;
  return { ...row, type: "totp" };
}

async function requireOpenChallenge(sql: Sql, factor: Factor, id: string): Promise<void> {
  const [challenge] = await sql<{ is_answered: boolean; has_expired: boolean }[]>`
    select verified_at is not null as is_answered,
           created_at < now() - ${LIFETIME_SECONDS} * interval '1 s' as has_expired
      from auth.mfa_challenges where id = ${id} and factor_id = ${factor.id} for update`;
  if (!challenge) {
    const message = "MFA factor with the provided challenge ID not found";
    throw new AuthError(422, "mfa_factor_not_found", message);
  }
  if (challenge.is_answered) {
    // Auth sends this error for a challenge that was already answered, because it has no separate
    // error code for such a challenge.
    const message = "Challenge and verify IP addresses mismatch.";
    throw new AuthError(422, "mfa_ip_address_mismatch", message);
  }
  if (challenge.has_expired) {
    const message = `MFA challenge ${id} has expired, verify against another challenge or create ` +
      "a new challenge.";
    throw new AuthError(422, "mfa_challenge_expired", message);
  }
}

/** Raises the session to aal2, and ends the user's sessions that are still at aal1. */
async function raise(sql: Sql, session: SessionLevel, factor: Factor): Promise<void> {
  await sql`
    insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
    values (${crypto.randomUUID()}, ${session.id}, now(), now(), 'totp')
    on conflict (session_id, authentication_method) do update set updated_at = now()`;
  await sql`
    update auth.sessions set aal = 'aal2', factor_id = ${factor.id} where id = ${session.id}`;
  await sql`
    delete from auth.sessions
     where user_id = ${session.userId} and coalesce(aal, 'aal1') < 'aal2'`;
}

/**
 * Answers a challenge with a code.
 * @returns the session's refresh token, which the client exchanges for an access token of the level
 * aal2
 * @throws AuthError
 */
export async function verifyFactor(
  sql: Sql,
  session: SessionLevel,
  { factor, challengeId, code }: { factor: Factor; challengeId: string; code: string },
): Promise<string> {
  await requireOpenChallenge(sql, factor, challengeId);
  const totp = totpOf(Secret.fromBase32(factor.secret), { issuer: "", label: "" });
  if (totp.validate({ token: code, window: WINDOW }) === null) {
    throw new AuthError(422, "mfa_verification_failed", "Invalid TOTP code entered");
  }
  await sql`update auth.mfa_challenges set verified_at = now() where id = ${challengeId}`;
  await sql`
    update auth.mfa_factors set status = 'verified', updated_at = now()
     where id = ${factor.id} and status = 'unverified'`;
  await raise(sql, session, factor);
  await sql`
    delete from auth.mfa_factors
     where user_id = ${session.userId} and status = 'unverified' and factor_type = 'totp'`;
  const [token] = await sql<{ token: string }[]>`
    select token from auth.refresh_tokens where session_id = ${session.id} and not revoked
     order by created_at desc limit 1`;
  return token?.token ?? "";
}

/** Deletes a factor. Sessions that this factor has raised to aal2 go back to aal1. */
export async function removeFactor(sql: Sql, { id }: Factor): Promise<void> {
  await sql`
    delete from auth.mfa_amr_claims c using auth.sessions s
     where s.id = c.session_id and s.factor_id = ${id} and c.authentication_method = 'totp'`;
  await sql`update auth.sessions set aal = 'aal1', factor_id = null where factor_id = ${id}`;
  await sql`delete from auth.mfa_factors where id = ${id}`;
}
