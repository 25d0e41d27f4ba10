/**
 * Database sessions that the tests of one process reuse, one test after the other. Reuse saves
 * time: opening a session takes the server and this process about 20 ms of processor time, and most
 * tests need several sessions.
 */
import postgres from "postgres";
import { RESET_SESSION } from "../../../scripts/test-tools/reset-session.ts";

export type Sql = postgres.Sql<Record<string, never>>;

/** The sessions that no test uses at the moment, by the URL of their database. */
const idle = new Map<string, Sql[]>();

/**
 * This time limit is longer than any statement below needs, and shorter than a test's own time
 * limit.
 */
const LIMIT_MS = 5_000;

function open(databaseUrl: string): Sql {
  return postgres(databaseUrl, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 30,
    // RESET drops prepared statements on the server, and the client would still try to use them. So
    // the client prepares none.
    prepare: false,
  });
}

/** Returns whether the statement succeeds within the limit. */
async function succeeds(sql: Sql, statement: string): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), LIMIT_MS);
  const done = sql.unsafe(statement).then(() => true, () => false);
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

const end = (sql: Sql) => sql.end({ timeout: 5 });

/** Returns a session that answers. Prefers an idle session to a new one. */
async function take(databaseUrl: string): Promise<Sql> {
  for (let sql = idle.get(databaseUrl)?.pop(); sql; sql = idle.get(databaseUrl)?.pop()) {
    // A test may have killed the database after the session was last used.
    if (await succeeds(sql, "select 1")) return sql;
    await end(sql);
  }
  return open(databaseUrl);
}

/** Makes a session idle, without its locks and settings. If that fails, the session is closed. */
async function release(databaseUrl: string, sql: Sql): Promise<void> {
  if (!await succeeds(sql, RESET_SESSION)) return await end(sql);
  const sessions = idle.get(databaseUrl) ?? [];
  idle.set(databaseUrl, [...sessions, sql]);
}

/** Runs `use` with a session that nothing else uses. After an error, the session is closed. */
export async function withSession<T>(
  databaseUrl: string,
  use: (sql: Sql) => Promise<T>,
): Promise<T> {
  const sql = await take(databaseUrl);
  let result: T;
  try {
    result = await use(sql);
  } catch (error) {
    await end(sql);
    throw error;
  }
  await release(databaseUrl, sql);
  return result;
}
