/**
 * Two sessions in one database. The second session begins when the first session has done its work
 * but not yet committed it. A function that lacks a necessary lock then reads outdated rows in
 * every run.
 */
import { deepEqual, equal } from "node:assert/strict";
import postgres from "postgres";

type Sql = postgres.Sql<Record<string, never>>;

const HELPERS = new URL("./", import.meta.url);
const TIMEOUT_MS = 20_000;

export interface Meeting {
  /** Statements that are committed before the two sessions begin. */
  given: string[];
  first: string;
  /**
   * The next statement of the first session, while the second session waits. If the two take locks in
   * different orders, they deadlock here.
   */
  then?: string;
  second: string;
  /** The first value that the second session returns, as text; if it fails, the error code. */
  says: string;
  /** True if the second session must end without waiting for the first. */
  passes?: true;
  /**
   * True if the second session stops waiting by itself. The first session commits after the second has
   * ended.
   */
  givesUp?: true;
  /** SQL expressions, and the value as text that each must have after both sessions have ended. */
  ends?: Record<string, string>;
}

/** Opens a connection. Its statement timeout ends a statement that would wait for a lock for ever. */
export function connect(role = "postgres"): Sql {
  const given = Deno.env.get("SUPABASE_DB_URL");
  if (!given) {
    throw new Error("Set SUPABASE_DB_URL, or run: deno task test database <subject>/sessions");
  }
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

/** Returns the first value that a statement returns, as text. */
export async function valueOf(sql: Sql, statement: string): Promise<string> {
  const rows = await sql.unsafe(statement).values();
  const value: unknown = rows[0]?.[0];
  return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code: string; message: string };
  return code === "PGRST" ? JSON.parse(message).code : code;
}

/** Resolves to true when a session waits for a lock, and to false if the session ends first. */
async function untilBlocked(sql: Sql, pid: number, ended: () => boolean): Promise<boolean> {
  for (const end = Date.now() + TIMEOUT_MS; Date.now() < end;) {
    if (ended()) return false;
    const [row] = await sql<{ is_blocked: boolean }[]>`
      select cardinality(pg_blocking_pids(${pid})) > 0 as is_blocked`;
    if (row!.is_blocked) return true;
  }
  throw new Error("the second session neither waits nor ends");
}

/** Runs both sessions. Returns the answer of the second session, and whether it waited for the first. */
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
  // The first event fixes the project's mode, and therefore locks the policy. It is sent here, so that no
  // event in a scenario needs this lock.
  await sql`select inbox_receive('{"id": "evt_first", "type": "customer.created", "livemode": false,
    "created": 0, "facts": {}}')`;
  await sql.end();
}

/** Defines a test for each pair of sessions. The helpers are loaded once per file. */
export function meetings(helpers: string[], all: Record<string, Meeting>): void {
  let ready: Promise<void> | undefined;
  for (const [name, meeting] of Object.entries(all)) {
    Deno.test(name, async () => {
      await (ready ??= prepare(helpers));
      await play(meeting);
    });
  }
}
