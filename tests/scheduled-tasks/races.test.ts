/**
 * Scheduled tasks that run in two database sessions at the same moment, for example because an
 * operator runs one by hand. Each task takes a lock.
 */
import { deepEqual, equal } from "node:assert/strict";
import postgres from "postgres";
import { proven, withSql } from "../support/project/database.ts";
import { signUpWith } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

type Sql = postgres.Sql<Record<string, never>>;
type Run = (sql: Sql) => Promise<unknown>;

/**
 * No other test and no scheduled task uses this time. The proof's results for this time are rolled
 * back, so no other reader sees them.
 */
const FAR = "2190-01-01";

const UNDONE = Symbol("undone");

/** Runs a function in a transaction that is rolled back. */
async function undone(sql: Sql, run: Run, use?: () => Promise<void>): Promise<unknown> {
  let result: unknown;
  await sql.begin(async (inside) => {
    result = await run(inside as unknown as Sql);
    await use?.();
    throw UNDONE;
  }).catch((error) => {
    if (error !== UNDONE) throw error;
  });
  return result;
}

/**
 * Runs `second` while the transaction of `first` is open, asserts that `second` waits for a lock,
 * and returns the result of `second`.
 */
async function waitsFor(first: Run, second: Run, end: "commit" | "undo"): Promise<unknown> {
  return await withSql(world, (one) =>
    withSql(world, async (two) => {
      const [row] = await two<{ pid: number }[]>`select pg_backend_pid() as pid`;
      let later: Promise<unknown> | undefined;
      const meanwhile = async () => {
        later = second(two).then((result) => result, (error) => error);
        await until("the second session waits for the first", () =>
          withSql(world, async (sql) => {
            const rows = await sql`select from pg_locks where pid = ${row!.pid} and not granted
              and locktype = 'advisory'`;
            return rows.length > 0 || undefined;
          }));
      };
      if (end === "undo") await undone(one, first, meanwhile);
      else {
        await one.begin(async (inside) => {
          await first(inside as unknown as Sql);
          await meanwhile();
        });
      }
      return await later;
    }));
}

Deno.test("one session at a time seals entries, each entry once", async () => {
  await signUpWith(world, "10");
  const seal = (sql: Sql) => sql`select farthing.seal()`.then((rows) => rows.length);
  equal(await waitsFor(seal, seal, "commit"), 1);
  await proven(world);
});

Deno.test("a head waits for entries that are being sealed", async () => {
  await signUpWith(world, "10");
  const seal = (sql: Sql) => sql`select farthing.seal()`;
  const head = (sql: Sql) => undone(sql, (inside) => inside`select farthing.make_head(now())`);
  deepEqual((await waitsFor(seal, head, "commit") as unknown[]).length, 1);
  await proven(world);
});

Deno.test("one session at a time proves the ledger, and a second one does not wait", async () => {
  const prove = async (sql: Sql) => {
    const [row] = await sql<{ did: boolean }[]>`select farthing.prove_if_due(${FAR}) as did`;
    return row!.did;
  };
  await withSql(world, (one) =>
    withSql(world, async (two) => {
      const first = await until("no other proof runs", async () => {
        let other: unknown;
        const did = await undone(one, prove, async () => {
          other = await undone(two, prove);
        });
        return did === true ? { did, other } : undefined;
      }, 60_000);
      deepEqual(first, { did: true, other: false });
      // A scheduled proof may hold the proof's lock, so the test repeats its proof until it runs.
      await until("the proof runs when no other proof runs", async () =>
        await undone(two, prove) === true || undefined);
    }));
});

Deno.test("one session at a time evaluates alerts, and a second one waits", async () => {
  const evaluate = (sql: Sql) => sql`select farthing.evaluate_alerts(${FAR})`.then(() => "done");
  const second = (sql: Sql) => undone(sql, evaluate);
  equal(await waitsFor(evaluate, second, "undo"), "done");
});
