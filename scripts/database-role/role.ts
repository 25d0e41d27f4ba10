/**
 * Creates the role that the edge functions use for a pooled connection, sets the role's password,
 * and builds the URL of the connection.
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type postgres from "postgres";

export const ROLE = "farthing_functions";

const SCRIPT = new URL("./role.sql", import.meta.url);

/**
 * The port on which the platform's pooler runs in transaction mode: it assigns a connection for one
 * transaction at a time.
 */
const TRANSACTION_MODE_PORT = "6543";
const POOLER = /\.pooler\.supabase\.com$/;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Returns 256 random bits as text, which needs no quoting in a URL or a dotenv file. */
export const newPassword = () => randomBytes(32).toString("base64url");

// The number of iterations that PostgreSQL uses by default.
const ITERATIONS = 4_096;

/**
 * Returns the hash that PostgreSQL stores for a password (RFC 5803). The command sends the hash
 * instead of the password, because the server's log and pg_stat_statements may contain every `alter
 * role`.
 */
function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const server = Buffer.from(hmac("Server Key")).toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${stored}:${server}`;
}

/** Returns whether the role exists. */
export async function isThere(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql`select from pg_roles where rolname = ${ROLE}`;
  return row !== undefined;
}

/**
 * Creates the role or updates its grants. If a password is given, the role may log in with that
 * password.
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

/**
 * Returns the database URL for the edge functions. It has the server of the owner's URL, this role,
 * and the role's password.
 */
export function poolUrlOf(ownerUrl: string, password: string): string {
  const url = new URL(ownerUrl);
  const [, project = ""] = /^[^.]*(\..+)$/.exec(url.username) ?? [];
  url.username = ROLE + project; // the pooler recognizes the project by this suffix
  url.password = password;
  if (POOLER.test(url.hostname)) url.port = TRANSACTION_MODE_PORT;
  url.search = "";
  // The connection is encrypted, but the certificate is not checked: the platform has its own
  // certificate authority, and no runtime trusts that authority by default.
  if (!LOOPBACK.test(url.hostname)) url.searchParams.set("sslmode", "no-verify");
  return url.href;
}
