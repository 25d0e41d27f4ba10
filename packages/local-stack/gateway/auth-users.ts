/**
 * Reads and changes users for Auth's admin API, in the same tables that @supabase/lite uses. The
 * SQL, and a project's triggers on these tables, run with Auth's database role.
 */
import { hash } from "bcryptjs";
import type postgres from "postgres";

type Json = Record<string, unknown>;
type Sql = postgres.ISql;

export interface UserChange {
  id?: string;
  email?: string;
  email_confirm?: boolean;
  password?: string;
  role?: string;
  app_metadata?: Json;
  user_metadata?: Json;
}

/** The fields that Auth omits from a user when they are null. */
const OPTIONAL = ["email_confirmed_at", "confirmed_at", "last_sign_in_at", "invited_at"];

function shown(row: Json): Json {
  const entries = Object.entries(row);
  return Object.fromEntries(
    entries.filter(([name, value]) => value !== null || !OPTIONAL.includes(name)),
  );
}

const columns = (sql: Sql) =>
  sql`
  u.id, u.aud, u.role, u.email, u.email_confirmed_at, u.invited_at, coalesce(u.phone, '') as phone,
  u.confirmed_at, u.last_sign_in_at, u.raw_app_meta_data as app_metadata,
  u.raw_user_meta_data as user_metadata, u.created_at, u.updated_at, u.is_anonymous,
  coalesce((
    select jsonb_agg(jsonb_build_object(
      'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id, 'provider', i.provider,
      'identity_data', i.identity_data, 'email', i.email, 'last_sign_in_at', i.last_sign_in_at,
      'created_at', i.created_at, 'updated_at', i.updated_at) order by i.created_at)
    from auth.identities i where i.user_id = u.id), '[]') as identities`;

export async function findUser(sql: Sql, id: string): Promise<Json | undefined> {
  const [row] = await sql`select ${columns(sql)} from auth.users u where u.id = ${id}`;
  return row && shown(row);
}

export async function isTaken(sql: Sql, email: string, exceptId: string | null): Promise<boolean> {
  const [row] = await sql`
    select from auth.users
    where email = ${email} and not is_sso_user and id is distinct from ${exceptId}`;
  return row !== undefined;
}

/**
 * Lists users, newest first. The filter matches a part of the email address or of the full name.
 */
export async function listUsers(
  sql: Sql,
  { page, perPage, filter }: { page: number; perPage: number; filter: string },
): Promise<{ users: Json[]; total: number }> {
  const like = `%${filter}%`;
  const wanted = sql`
    (u.email like ${like} or ${filter} = '' or u.raw_user_meta_data ->> 'full_name' ilike ${like})`;
  const [count] = await sql`select count(*)::integer as total from auth.users u where ${wanted}`;
  const rows = await sql`
    select ${columns(sql)} from auth.users u where ${wanted}
    order by u.created_at desc limit ${perPage} offset ${(page - 1) * perPage}`;
  return { users: rows.map(shown), total: count?.total ?? 0 };
}

/**
 * @supabase/lite reads the same environment variable. Tests set it to a low cost, so that hashing a
 * password is fast.
 */
const hashCost = () => Number(Deno.env.get("LITE_AUTH_BCRYPT_COST") ?? 10);

/** Merges a change into a JSON column. A null in the change removes the key, as in Auth. */
function merged(sql: Sql, column: string, change: Json) {
  const gone = Object.keys(change).filter((name) => change[name] === null);
  const added = sql.json(change as postgres.JSONValue);
  return sql`(coalesce(${sql(column)}, '{}') || ${added}) - ${gone}::text[]`;
}

async function write(sql: Sql, id: string, change: UserChange): Promise<void> {
  const { email_confirm, password, role, app_metadata = {}, user_metadata = {} } = change;
  const hashed = password && await hash(password, hashCost());
  const verified = email_confirm ? { email_verified: true } : {};
  await sql`
    update auth.users set updated_at = now(),
      raw_app_meta_data = ${merged(sql, "raw_app_meta_data", app_metadata)},
      raw_user_meta_data = ${merged(sql, "raw_user_meta_data", { ...user_metadata, ...verified })}
      ${role ? sql`, role = ${role}` : sql``}
      ${email_confirm ? sql`, email_confirmed_at = coalesce(email_confirmed_at, now())` : sql``}
      ${hashed ? sql`, encrypted_password = ${hashed}` : sql``}
    where id = ${id}`;
}

/**
 * Creates a user. If no password is given, the password is random: the user cannot sign in with a
 * password until a new one is set.
 */
export async function createUser(sql: Sql, email: string, change: UserChange): Promise<Json> {
  const { id = crypto.randomUUID(), password = crypto.randomUUID(), ...rest } = change;
  const data = { sub: id, email, email_verified: false, phone_verified: false };
  await sql`
    insert into auth.users (id, email, encrypted_password, raw_app_meta_data)
    values (${id}, ${email}, ${await hash(password, hashCost())},
      ${sql.json({ provider: "email", providers: ["email"] })})`;
  await sql`
    insert into auth.identities (id, provider, provider_id, user_id, identity_data)
    values (${crypto.randomUUID()}, 'email', ${id}, ${id}, ${sql.json(data)})`;
  await write(sql, id, rest);
  return (await findUser(sql, id))!;
}

/** Changes a user. A new password ends all of the user's sessions. */
export async function updateUser(sql: Sql, id: string, change: UserChange): Promise<Json> {
  await write(sql, id, change);
  if (change.password) await sql`delete from auth.sessions where user_id = ${id}`;
  if (change.email !== undefined) {
    const data = { email: change.email, email_verified: change.email_confirm ?? false };
    await sql`update auth.users set email = ${change.email} where id = ${id}`;
    await sql`
      update auth.identities set identity_data = identity_data || ${sql.json(data)},
        updated_at = now()
      where user_id = ${id} and provider = 'email'`;
  }
  return (await findUser(sql, id))!;
}

export async function removeUser(sql: Sql, id: string): Promise<void> {
  await sql`delete from auth.users where id = ${id}`;
}
