/** A whole launch in one run. It is killed at five points, and each dollar is paid once. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { IS_FULL } from "../../scripts/test-tools/full-run.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, post } from "../support/project/http.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive, spawn } from "./command.ts";

const world = readWorld();

const FULL = ["full", "--stage-seconds", "1"];

/** A push kills the launch at its payment alone. */
const POINTS = IS_FULL
  ? [
    "smoke.idempotency",
    "webhook.out-of-order",
    "canary.stage-25",
    "first-dollar.payment",
    "first-dollar.entry",
  ]
  : ["first-dollar.payment"];

/** Kills the launch some milliseconds after a step has begun. @returns whether it got there */
async function killAt(code: string, args: readonly string[]): Promise<boolean> {
  await using launch = spawn(world, args);
  let said = "";
  for await (const text of launch.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (!said.includes(`… ${code}:`)) continue;
    await new Promise((done) => setTimeout(done, 150 * Math.random()));
    launch.kill("SIGKILL");
    await launch.status;
    return true;
  }
  return false;
}

/** Returns how often the buyers of go-live runs have paid, by buyer. */
async function paymentsByBuyer(): Promise<number[]> {
  const rows = await withSql(world, (sql) =>
    sql<{ paid: number }[]>`
    select count(o.payment_ref)::int as paid
    from auth.users u join farthing.accounts a on a.owner_id = u.id
    join farthing.orders o using (account_id)
    where u.email like 'golive-%' group by u.id`);
  return rows.map(({ paid }) => paid);
}

Deno.test("a launch that is killed goes on, and each dollar is paid once", async () => {
  for (const [nth, code] of POINTS.entries()) {
    ok(await killAt(code, nth === 0 ? [...FULL, "--again"] : FULL), `the launch got to ${code}`);
  }
  const ended = await golive(world, FULL);
  deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report.next));
  deepEqual(ended.report.completeness, {
    ...{ stripe: true, credits: true, ledger: true, project: true },
  });
  const paid = await paymentsByBuyer();
  ok(paid.length >= 2 && paid.every((count) => count <= 1), paid.join(", "));
  equal((await post(world, "features/b2c", backEnd(world), { state: "on" })).status, 200);
  await proven(world);
});
