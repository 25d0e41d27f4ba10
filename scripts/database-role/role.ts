/** The role by which the functions use a pooled connection: made, given a password, and named in a URL. */
import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type postgres from "postgres";

export const ROLE = "farthing_functions";

const SCRIPT = new URL("../../supabase/functions_role.sql", import.meta.url);

/** Where the platform's pooler hands out connections for one transaction each. */
const TRANSACTION_MODE_PORT = "6543";
const POOLER = /\.pooler\.supabase\.com$/;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** 256 random bits, and no character that a URL or a dotenv file would have to quote. */
export const newPassword = () => randomBytes(32).toString("base64url");

// PostgreSQL's own default.
const ITERATIONS = 4_096;

/**
 * The hash that PostgreSQL stores of a password (RFC 5803). It is sent in the password's place, so that the
 * password reaches neither the server's log, which has every `alter role`, nor pg_stat_statements.
 */
function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const server = Buffer.from(hmac("Server Key")).toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${stored}:${server}`;
}

/** Whether the role was there before. */
export async function isThere(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql`select from pg_roles where rolname = ${ROLE}`;
  return row !== undefined;
}

/**
 * Makes the role or brings its grants up to date; with a password it may log in by that one alone.
 * @param sql a connection as the owner of the database, who need not be a superuser
 */
export async function makeRole(sql: postgres.Sql, password?: string): Promise<void> {
  const script = await Deno.readTextFile(SCRIPT);
  await sql.begin(async (transaction) => {
    await transaction.unsafe(script).simple();
    if (password === undefined) return;
    await transaction.unsafe(`alter role ${ROLE} login password '${verifierOf(password)}'`);
  });
}

/** The functions' URL, by the way that the owner's takes. */
export function poolUrlOf(ownerUrl: string, password: string): string {
  const url = new URL(ownerUrl);
  const [, project = ""] = /^[^.]*(\..+)$/.exec(url.username) ?? [];
  url.username = ROLE + project; // the pooler tells projects apart by it
  url.password = password;
  if (POOLER.test(url.hostname)) url.port = TRANSACTION_MODE_PORT;
  url.search = "";
  // Encrypted, without a look at the certificate: no runtime knows the platform's own authority.
  if (!LOOPBACK.test(url.hostname)) url.searchParams.set("sslmode", "no-verify");
  return url.href;
}
