/**
 * A rollback to functions that do not know the newest schema. No payment that is made during the
 * rollback is lost.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { alterBriefly } from "../support/project/alter-table.ts";
import { proven, withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive } from "./command.ts";
import { salesOf, withSales } from "./sales.ts";

const world = readWorld();

/** A migration of the next version, which the functions of HEAD do not know. */
const NEXT = `
  alter table farthing.orders add column golive_next text not null default 'next';
  alter table farthing.accounts add column golive_next text;
  create table farthing.golive_next (next_id uuid primary key, order_id uuid);
  insert into supabase_migrations.schema_migrations (version, name)
    values ('29991231235958', 'farthing_next')`;
const UNDO = `
  drop table farthing.golive_next;
  alter table farthing.orders drop column golive_next;
  alter table farthing.accounts drop column golive_next;
  delete from supabase_migrations.schema_migrations where version = '29991231235958'`;

Deno.test("a rollback on a newer schema takes less than 5 minutes, and grants what is paid meanwhile", () =>
  withSales(world, async () => {
    const alter = (statements: string) =>
      withSql(world, (sql) => alterBriefly(sql, (step) => step.unsafe(statements)));
    await alter(NEXT);
    try {
      const ended = await golive(world, ["rollback", "--again", "--to", "HEAD"]);
      deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report.evidence));
      const paid = ended.evidence("rollback.paid-meanwhile");
      match(paid, /403 feature_disabled[^]*: paid, 9990 credits/);
      match(
        ended.evidence("rollback.functions"),
        /served beside the running ones in [^]*smoke\.409: ok/,
      );
      match(ended.evidence("rollback.time"), /^\d+(\.\d)? s from the start of the rollback/);
      match(ended.evidence("rollback.proof"), /, 0 lost\nfarthing\.prove\(\) found no violation/);
      const { startedAt, endedAt } = ended.report;
      ok(Date.parse(endedAt) - Date.parse(startedAt) < 5 * 60_000);
      equal(await salesOf(world), "off");
    } finally {
      await alter(UNDO);
    }
    await proven(world);
  }));
