/**
 * Failures of the database, the ledger and the functions. After each of them, the canary closes a
 * gate and switches its flag off, even without traffic.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { proven, withSql } from "../support/project/database.ts";
import { until } from "../support/project/until.ts";
import { newPurchase } from "../support/money/refunds.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive } from "./command.ts";
import { goliveWith, turn } from "./planted.ts";
import { salesOf, withSales } from "./sales.ts";

const world = readWorld();

/** A stage of ten seconds is longer than the stack needs to open 150 connections. */
const CANARY = ["canary", "--again", "--stage-seconds", "10"];

async function usedPercent(): Promise<number> {
  return await withSql(world, async (sql) => {
    const [row] = await sql<{ percent: number }[]>`
      select (sum(value) filter (where name = 'database_connections') * 100 /
        sum(value) filter (where name = 'database_connections_max'))::float as percent
      from farthing.connection_figures()`;
    return row!.percent;
  });
}

Deno.test("connections above 80 % close the gate, and the canary switches its flag off", () =>
  withSales(world, async () => {
    let endedAt = "";
    try {
      const plant = () => turn(world, "database/fill", { percent: 85 });
      const ended = await goliveWith(world, CANARY, "canary.stage-1", plant);
      deepEqual([ended.code, failures(ended)], [1, ["canary.stage-1"]]);
      match(
        ended.evidence("canary.stage-1"),
        /^gate connections closed: b2c was switched off in [^]+ m?s, and every process reads it within 5/,
      );
      match(
        ended.evidence("canary.stage-1"),
        /canary\.connections closed: connections 1\d\d of 200/,
      );
      equal(await salesOf(world), "off");
      endedAt = ended.report.endedAt;
    } finally {
      await turn(world, "database/release");
    }
    await until("the connections are closed", async () => await usedPercent() < 80 || undefined);
    const again = await golive(world, ["canary", "--stage-seconds", "1"]);
    deepEqual([again.code, again.state("canary.stage-100")], [0, "warning"]);
    ok(again.report.startedAt > endedAt, "the next run begins anew");
    await proven(world);
  }));

/**
 * Adds credits to a balance without a ledger entry. Outside of tests, only a manual change of the
 * rows could do this.
 */
async function addToBalance(userId: string, credits: number): Promise<void> {
  await withSql(world, (sql) =>
    sql.begin(async (step) => {
      await step`set local session_replication_role = replica`;
      const changed = await step`
        update farthing.accounts set balance = balance + ${credits} where owner_id = ${userId}`;
      equal(changed.count, 1);
    }));
}

Deno.test("a violation of the proof closes the gate, and the canary switches its flag off", () =>
  withSales(world, async () => {
    const { buyer } = await newPurchase(world);
    try {
      const plant = () => addToBalance(buyer.id, 5);
      const ended = await goliveWith(world, CANARY, "canary.stage-1", plant);
      deepEqual([ended.code, failures(ended)], [1, ["canary.stage-1"]]);
      match(ended.evidence("canary.stage-1"), /^gate proof closed: b2c was switched off in /);
      match(
        ended.evidence("canary.stage-1"),
        /canary\.proof closed: farthing\.prove\(\) found: rule /,
      );
      equal(await salesOf(world), "off");
    } finally {
      await addToBalance(buyer.id, -5);
    }
    await proven(world);
  }));

Deno.test("a canary whose functions refuse the rollback switches its flag off by SQL", () =>
  withSales(world, async () => {
    try {
      const plant = () => turn(world, "functions/fault", { path: "settings", status: 500 });
      const ended = await goliveWith(world, CANARY, "canary.stage-1", plant);
      deepEqual([ended.code, failures(ended)], [1, ["canary.stage-1"]]);
      const evidence = ended.evidence("canary.stage-1");
      match(evidence, /: b2c was switched off in [^]+\nswitched off by SQL \(/);
    } finally {
      await turn(world, "functions/ok");
    }
    equal(await salesOf(world), "off");
  }));
