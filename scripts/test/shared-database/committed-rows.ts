/**
 * Finds the tables in which a test file has committed changes, which it should have rolled back.
 */
import type { Databases } from "@farthing/local-stack/postgres";

/**
 * The tables of the project, and the tables of PostgreSQL's catalogue, which have a row for each
 * function, column and privilege. Three tables are left out. The server itself writes to
 * `pg_statistic`. The tables `pg_database` and `pg_shdepend` change when another run on the same
 * server makes a database.
 */
const TABLES = `
  select c.oid::regclass::text as name from pg_class c
  where c.relkind = 'r' and c.relpersistence = 'p'
    and c.relname not in ('pg_statistic', 'pg_database', 'pg_shdepend')
    and c.relnamespace <> 'information_schema'::regnamespace`;

/** A row has the same `ctid` and `xmin` until a committed transaction changes the row. */
const sumOf = (table: string) => `
  select '${table}', count(*) || ' ' ||
    coalesce(sum(hashtid(ctid)::bigint * xmin::text::bigint), 0) from ${table}`;

/** PostgreSQL's error code for a table that does not exist. */
const NO_SUCH_TABLE = "42P01";

/**
 * Returns two values. `next` is the first transaction that the next call must check. `committed`
 * says whether a transaction since $1 may have committed: at least one of these transactions is not
 * `aborted`.
 */
const SINCE = `
  select pg_snapshot_xmin(s)::text as next, exists (
    select from generate_series($1::text::numeric, pg_snapshot_xmax(s)::text::numeric - 1) x
    where pg_xact_status(x::text::xid8) is distinct from 'aborted') as committed
  from pg_current_snapshot() s`;

export interface CommitWatch {
  /**
   * Returns the tables that committed transactions have changed since the watch began; none if no
   * transaction has committed since the last call.
   */
  changedTables(): Promise<string[]>;
  end(): Promise<void>;
}

export async function watchCommits(server: Databases, database: string): Promise<CommitWatch> {
  const connection = { max_parallel_workers_per_gather: 0 };
  const sql = server.connectAsAdmin(database, { max: 1, connection });
  const tables = await sql.unsafe<{ name: string }[]>(TABLES);
  const query = tables.map(({ name }) => sumOf(name)).join(" union all ");
  const read = async () => {
    const rows = await sql.unsafe(query, [], { prepare: true }).values();
    return new Map<string, string>(rows.map(([table, sum]) => [table, sum]));
  };
  let [{ next: from } = { next: "0" }] = await sql<{ next: string }[]>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as next`;
  const before = await read();
  return {
    changedTables: async () => {
      const [since] = await sql.unsafe<{ next: string; committed: boolean }[]>(SINCE, [from]);
      from = since!.next;
      // The rows are read only after a commit, because reading all rows takes as long as a short
      // test file.
      if (!since!.committed) return [];
      const now = await read().catch((error) => {
        if (error.code === NO_SUCH_TABLE) return undefined;
        throw error;
      });
      if (now === undefined) return ["pg_class"]; // A table was dropped.
      return [...now].flatMap(([table, sum]) => before.get(table) === sum ? [] : [table]);
    },
    end: () => sql.end(),
  };
}
