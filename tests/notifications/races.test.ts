/**
 * A claim of notifications is repeated because the database's answer was lost. The repeat waits for
 * the first claim, which may still run.
 */
import { deepEqual, rejects } from "node:assert/strict";
import type { ISql } from "postgres";
import { proven, withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/** Claims with a limit of 0, so that the stack's own runner can still claim all notifications. */
async function claim(sql: ISql, lease: string): Promise<unknown> {
  const [row] = await sql`select farthing_public.notifications_claim(0, null, ${lease}) as claimed`;
  return row!.claimed;
}

Deno.test("two claims of notifications with one lease run one after the other", async () => {
  const [lease, other] = [crypto.randomUUID(), crypto.randomUUID()];
  await withSql(world, async (sql) => {
    await sql.begin(async (first) => {
      deepEqual(await claim(first, lease), []);
      await withSql(world, async (second) => {
        await second.begin(async (impatient) => {
          await impatient`set local lock_timeout = '100ms'`;
          deepEqual(await claim(impatient, other), []);
          // Without a lock timeout, the second claim would wait until the first claim ends.
          await rejects(claim(impatient, lease), { code: "55P03" });
        }).catch((error) => {
          // The lock timeout also aborts the transaction.
          if (error.code !== "55P03") throw error;
        });
      });
    });
    deepEqual(await claim(sql, lease), []);
  });
  await proven(world);
});
