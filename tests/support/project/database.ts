/**
 * Direct access to the database, for the proof at the end of every test and for work that no
 * endpoint does.
 */
import { deepEqual } from "node:assert/strict";
import { type Sql, withSession } from "./sql-sessions.ts";
import { until } from "./until.ts";
import type { World } from "./world.ts";

/**
 * Runs `use` with a database session as `postgres`, the project's owner. When the session is used
 * again, it has no locks and no changed settings.
 */
export async function withSql<T>(
  { databaseUrl }: World,
  use: (sql: Sql) => Promise<T>,
): Promise<T> {
  return await withSession(databaseUrl, use);
}

/** Asserts that the ledger's proof finds no violation in the whole database. */
export async function proven(world: World): Promise<void> {
  const violations = await withSql(world, (sql) => sql`select * from farthing.prove()`);
  deepEqual([...violations], []);
}

/** Counts the entries of a user's account, of one kind or of all kinds. */
export async function countEntries(world: World, userId: string, kind?: string): Promise<number> {
  const [row] = await withSql(world, (sql) =>
    sql`
    select count(*)::int as count from farthing.entries e join farthing.accounts a using (account_id)
    where a.owner_id = ${userId} and (${kind ?? null}::text is null or e.kind::text = ${
      kind ?? null
    })`);
  return Number(row?.count);
}

/** Resources that all tests share, each with the key of its advisory lock. The numbers are arbitrary. */
const SHARED = {
  deliveries: 720_377,
  mail: 720_378,
  policy: 720_379,
  lostEvents: 720_380,
  payouts: 720_381,
  packages: 720_382,
};

/**
 * Holds the advisory lock of a shared resource while `use` runs. Tests that only use the resource
 * hold the lock in shared mode. A test that stops the resource, or waits for all of its output,
 * holds the lock exclusively. Two calls for the same resource must not be nested.
 */
async function withTurn<T>(
  world: World,
  what: keyof typeof SHARED,
  mode: "shared" | "exclusive",
  use: () => Promise<T>,
): Promise<T> {
  const lock = mode === "shared" ? "pg_advisory_lock_shared" : "pg_advisory_lock";
  return await withSql(world, async (sql) => {
    await sql.unsafe(`select ${lock}(${SHARED[what]})`);
    return await use();
  });
}

/** Locks the emulator's webhook deliveries, because a test can only stop them for all tests together. */
export function withDeliveries<T>(
  world: World,
  mode: "shared" | "exclusive",
  use: () => Promise<T>,
): Promise<T> {
  return withTurn(world, "deliveries", mode, use);
}

/** Locks the stack's mail service. */
export function withMail<T>(
  world: World,
  mode: "shared" | "exclusive",
  use: () => Promise<T>,
): Promise<T> {
  return withTurn(world, "mail", mode, use);
}

/** Locks the policy, because its table has only one row, which all tests share. */
export function withPolicy<T>(
  world: World,
  mode: "shared" | "exclusive",
  use: () => Promise<T>,
): Promise<T> {
  return withTurn(world, "policy", mode, use);
}

/**
 * Locks the events that Stripe has made but does not deliver. A test that delivers such events itself holds
 * the lock in shared mode. A test that starts a backfill, which applies all undelivered events, holds the
 * lock exclusively. Take this lock before the lock of deliveries. No hourly backfill becomes due while the
 * lock is held.
 */
export function withLostEvents<T>(
  world: World,
  mode: "shared" | "exclusive",
  use: () => Promise<T>,
): Promise<T> {
  return withTurn(world, "lostEvents", mode, async () => {
    await until("no backfill runs or is due", () =>
      withSql(world, async (sql) => {
        const [row] = await sql`
          update farthing.backfills set done_until = greatest(done_until, now()), retry_at = null
          where claimed_at is null or claimed_at < now() - interval '5 minutes' returning true as done`;
        return row?.done;
      }));
    return await use();
  });
}

/**
 * Locks the packages on sale. A request that sets the list of packages replaces all packages, and fails if
 * another test has changed a package meanwhile.
 */
export function withPackages<T>(
  world: World,
  mode: "shared" | "exclusive",
  use: () => Promise<T>,
): Promise<T> {
  return withTurn(world, "packages", mode, use);
}

/**
 * Locks Stripe's payouts. If the bank returns a payout, the next payout of the same currency
 * replaces it. Without this lock, another test could make that next payout.
 */
export function withPayouts<T>(
  world: World,
  mode: "shared" | "exclusive",
  use: () => Promise<T>,
): Promise<T> {
  return withTurn(world, "payouts", mode, use);
}

/** Returns hashes of all ledger rows of a user. Two equal results mean that nothing changed. */
export async function ledgerOf(world: World, userId: string): Promise<unknown> {
  const tables = [
    "lots",
    "entries",
    "holds",
    "hold_lots",
    "orders",
    "usage_events",
    "debt_payments",
  ];
  const rowsOf = (table: string) =>
    `(select jsonb_build_array(count(*), md5(string_agg(t::text, ' ' order by t::text)))
      from farthing.${table} t where t.account_id = a.account_id) as ${table}`;
  const [row] = await withSql(world, (sql) =>
    sql.unsafe(
      `select a::text as account, ${tables.map(rowsOf).join(", ")}
       from farthing.accounts a where a.owner_id = $1`,
      [userId],
    ));
  return row && { ...row };
}
