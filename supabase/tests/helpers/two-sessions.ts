/**
 * Two sessions in one database. The second begins when the first has done its work and not committed, so a
 * function without a necessary lock reads outdated rows in every run.
 */
import { deepEqual, equal } from "node:assert/strict";
import postgres from "postgres";

type Sql = postgres.Sql<Record<string, never>>;

const HELPERS = new URL("./", import.meta.url);
const TIMEOUT_MS = 20_000;

export interface Meeting {
  /** Statements that are committed before the two sessions meet. */
  given: string[];
  first: string;
  /** The first session's next statement while the second waits. Locks in different orders deadlock here. */
  then?: string;
  second: string;
  /** The second session's first value as text, or its error code. */
  says: string;
  /** Set if the second session must not wait for the first. */
  passes?: true;
  /** Set if the second session gives up waiting: the first commits after the second has ended. */
  givesUp?: true;
  /** Expressions and their values as text, after both sessions have ended. */
  ends?: Record<string, string>;
}

/** Opens a connection. Its statement timeout ends a statement that waits for a lock for ever. */
export function connect(role = "postgres"): Sql {
  const given = Deno.env.get("SUPABASE_DB_URL");
  if (!given) throw new Error("run by: deno task test database <subject>/sessions");
  const url = new URL(given);
  url.username = role;
  return postgres(url.href, {
    max: 1,
    onnotice() {},
    connection: {
      statement_timeout: TIMEOUT_MS,
      search_path: "farthing_public, public, extensions",
    },
  });
}

/** Returns the first value of a statement, as text. */
export async function valueOf(sql: Sql, statement: string): Promise<string> {
  const rows = await sql.unsafe(statement).values();
  const value: unknown = rows[0]?.[0];
  return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code: string; message: string };
  return code === "PGRST" ? JSON.parse(message).code : code;
}

/** Resolves to true after a session began to wait for a lock, and to false after it ended. */
async function untilBlocked(sql: Sql, pid: number, ended: () => boolean): Promise<boolean> {
  for (const end = Date.now() + TIMEOUT_MS; Date.now() < end;) {
    if (ended()) return false;
    const [row] = await sql<{ is_blocked: boolean }[]>`
      select cardinality(pg_blocking_pids(${pid})) > 0 as is_blocked`;
    if (row!.is_blocked) return true;
  }
  throw new Error("the second session neither waits nor ends");
}

/** Runs both sessions. Returns the second one's answer, and whether it waited for the first. */
async function meet(sessions: [Sql, Sql, Sql], { first, then, second, givesUp }: Meeting) {
  const [one, two, watching] = sessions;
  const [row] = await two<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await one.unsafe(`begin; ${first};`);
  let isEnded = false;
  const answer = valueOf(two, second).catch(codeOf).finally(() => isEnded = true);
  if (givesUp) await answer;
  const hasWaited = await untilBlocked(watching, row!.pid, () => isEnded);
  if (then && hasWaited) await one.unsafe(then);
  await one.unsafe("commit");
  return { says: await answer, hasWaited };
}

async function play(meeting: Meeting): Promise<void> {
  const sessions: [Sql, Sql, Sql] = [connect(), connect(), connect()];
  const [, , watching] = sessions;
  try {
    for (const statement of meeting.given) await watching.unsafe(statement);
    const { says, hasWaited } = await meet(sessions, meeting);
    equal(says, meeting.says);
    if (meeting.passes) equal(hasWaited, false, "the second waits");
    if (meeting.then) equal(hasWaited, true, "the second doesn't wait");
    for (const [expression, value] of Object.entries(meeting.ends ?? {})) {
      const found = await valueOf(watching, `select (${expression})::text`);
      equal(`${expression}: ${found}`, `${expression}: ${value}`);
    }
    deepEqual([...await watching`select * from farthing.prove()`], []);
  } finally {
    await Promise.all(sessions.map((sql) => sql.end({ timeout: 1 })));
  }
}

/** Loads the helpers that the scenarios of a file share. */
export async function prepare(helpers: string[]): Promise<void> {
  const sql = connect();
  for (const name of ["all_tests", ...helpers]) {
    await sql.unsafe(await Deno.readTextFile(new URL(`${name}.psql`, HELPERS)));
  }
  // The first event locks the policy to fix the project's mode. Sent here, it locks nothing in a scenario.
  await sql`select inbox_receive('{"id": "evt_first", "type": "customer.created", "livemode": false,
    "created": 0, "facts": {}}')`;
  await sql.end();
}

/** Defines a test for each meeting. The helpers are loaded once per file. */
export function meetings(helpers: string[], all: Record<string, Meeting>): void {
  let ready: Promise<void> | undefined;
  for (const [name, meeting] of Object.entries(all)) {
    Deno.test(name, async () => {
      await (ready ??= prepare(helpers));
      await play(meeting);
    });
  }
}
