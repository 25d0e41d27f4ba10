/**
 * A whole launch is killed and started again: five times in a full run of the tests, otherwise
 * once. Each buyer of the launch pays only once.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { delay } from "@farthing/command-line";
import { IS_FULL } from "../../scripts/test-tools/full-run.ts";
import { proven, withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive, spawn } from "./command.ts";
import { salesOf, withSales } from "./sales.ts";

const world = readWorld();

const FULL = ["full", "--live", "--stage-seconds", "1"];

/** A full run of the tests kills the launch at five points. Any other run kills it at one point. */
const POINTS = IS_FULL
  ? [
    "smoke.idempotency",
    "webhook.out-of-order",
    "canary.stage-25",
    "first-dollar.payment",
    "first-dollar.entry",
  ]
  : ["first-dollar.payment"];

/**
 * Kills the launch some milliseconds after a step has begun.
 * @throws Error with the launch's output if it ended before that step
 */
async function killAt(code: string, args: readonly string[]): Promise<void> {
  await using launch = spawn(world, args);
  let said = "";
  for await (const text of launch.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (!said.includes(`… ${code}:`)) continue;
    await delay(150 * Math.random());
    launch.kill("SIGKILL");
    await launch.status;
    return;
  }
  const complaint = await new Response(launch.stderr).text();
  throw new Error(`the launch ended before ${code}:\n${said}${complaint}`);
}

/** Returns one number for each buyer of the go-live runs: how often the buyer has paid. */
async function paymentsByBuyer(): Promise<number[]> {
  const rows = await withSql(world, (sql) =>
    sql<{ paid: number }[]>`
    select count(o.payment_ref)::int as paid
    from auth.users u join farthing.accounts a on a.owner_id = u.id
    join farthing.orders o using (account_id)
    where u.email like 'golive-%' group by u.id`);
  return rows.map(({ paid }) => paid);
}

Deno.test("a launch that is killed goes on, and each dollar is paid once", () =>
  withSales(world, async () => {
    for (const [nth, code] of POINTS.entries()) {
      await killAt(code, nth === 0 ? [...FULL, "--buy-again"] : FULL);
    }
    const ended = await golive(world, FULL);
    deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report));
    deepEqual(ended.report.completeness, {
      ...{ stripe: true, credits: true, ledger: true, project: true },
    });
    equal(ended.report.mode, "live");
    match(ended.evidence("first-dollar.entry"), /^entry 1: purchase 9990, by stripe:evt_/);
    const paid = await paymentsByBuyer();
    ok(paid.length >= 2 && paid.every((count) => count <= 1), paid.join(", "));
    equal(await salesOf(world), "on");
    await proven(world);
  }));
