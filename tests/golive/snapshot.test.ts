/**
 * A snapshot of the ledger is restored and proved, and Stripe's events bring it up to date. This
 * needs a PostgreSQL that pg_dump can read.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { findSystem } from "@farthing/local-stack/postgres";
import { IS_FULL } from "../../scripts/test-tools/full-run.ts";
import { dropAll } from "../../scripts/golive/snapshot/second-database.ts";
import { withStack } from "../../scripts/test-tools/stack-process.ts";
import { proven, withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive } from "./command.ts";

// The stack's own server is too new for Debian's pg_dump, so this test starts a stack on PostgreSQL
// 15. Only a full run of the tests includes this test.
if (IS_FULL && findSystem()?.hasCron === true) {
  Deno.test("a restored snapshot is proved, and Stripe's events bring it up to date", () =>
    withStack(async (values) => {
      const world = readWorld({ values, source: "the stack on PostgreSQL 15" });
      const ended = await golive(world, ["snapshot", "--again"]);
      deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report.evidence));
      match(ended.evidence("snapshot.dump"), /: \d+ bytes in [^]*sha256 [0-9a-f]{64}/);
      match(ended.evidence("snapshot.catch-up"), /entries of purchase: 1, 9990 in both/);
      match(ended.evidence("snapshot.catch-up"), /^3 of 3 events/);
      equal((await golive(world, ["preflight"])).state("preflight.snapshot"), "ok");
      const left = await withSql(world, (sql) =>
        sql`
        select datname from pg_database where datname like 'golive%'`);
      deepEqual([...left], []);
      await proven(world);
    }, ["--postgres", "system"]));
}

Deno.test("copies of the ledger that killed runs have left are dropped, and nothing else", async () => {
  const world = readWorld();
  const [stale, other] = [`golive_${"0".repeat(32)}`, "golive_of_an_operator"];
  const run = (text: string) => withSql(world, (sql) => sql.unsafe(text));
  await run(`create database ${stale} template template0`);
  await run(`create database ${other} template template0`);
  try {
    const dropped = await dropAll(world.databaseUrl);
    deepEqual([dropped.includes(stale), dropped.includes(other)], [true, false]);
    const left = await run("select datname from pg_database where datname like 'golive%'");
    deepEqual([...left].map((row) => row["datname"]), [other]);
  } finally {
    await run(`drop database ${other}`);
  }
});

Deno.test("a server that pg_dump can't read skips the snapshot, and says how to repair that", async () => {
  const world = readWorld();
  const major = await withSql(world, async (sql) => {
    const [row] = await sql`select current_setting('server_version_num')::int / 10000 as major`;
    return Number(row?.major);
  });
  const ended = await golive(world, ["snapshot", "--again"]);
  if (ended.state("snapshot.dump") === "ok") return; // pg_dump is new enough
  equal(ended.state("snapshot.dump"), "skipped");
  match(ended.evidence("snapshot.dump"), new RegExp(`postgresql-client-${major}`));
  equal(ended.report.completeness["ledger"], false);
});
