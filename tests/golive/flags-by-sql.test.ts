/**
 * Switches flags by SQL in a read-only database, and while another database session locks the
 * flags.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { readFlagsBySql, setFlagsBySql } from "../../scripts/golive/shared/flags-by-sql.ts";
import { withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { salesOf, withSales } from "./sales.ts";

const world = readWorld();

const OFF = [{ name: "b2c", state: "off" }] as const;

/**
 * Returns a database URL whose sessions are read-only by default. Supabase makes every new session
 * read-only by default when the disk is nearly full.
 */
function readOnlyUrl(): string {
  const url = new URL(world.databaseUrl);
  url.searchParams.set("default_transaction_read_only", "on");
  return url.href;
}

Deno.test("a database that is read-only by default lets a flag be switched off", () =>
  withSales(world, async () => {
    const readOnly = await withSql(
      { ...world, databaseUrl: readOnlyUrl() },
      (sql) => sql`show default_transaction_read_only`,
    );
    deepEqual([...readOnly], [{ default_transaction_read_only: "on" }]);
    await setFlagsBySql(readOnlyUrl(), OFF, "golive rollback");
    equal(await salesOf(world), "off");
    const { flags } = await readFlagsBySql(readOnlyUrl());
    equal(flags.find(({ name }) => name === "b2c")?.state, "off");
  }));

Deno.test("a lock of somebody else ends the attempt, so that the rollback goes on", () =>
  withSql(world, (sql) =>
    sql.begin(async (step) => {
      await step`lock table farthing.features in share row exclusive mode`;
      await rejects(setFlagsBySql(world.databaseUrl, OFF, "golive rollback"), /lock timeout/);
    })));
