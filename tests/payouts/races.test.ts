/** Runners and scheduled tasks read the same payouts at the same moment. */
import { deepEqual, equal } from "node:assert/strict";
import { proven, withSql } from "../support/project/database.ts";
import { mismatchesOf, payOut, reconciled } from "../support/money/payouts.ts";
import { newPurchase } from "../support/money/refunds.ts";
import { runPayments } from "../support/money/top-ups.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

Deno.test("of several runners at once, one gets each payout's list", async () => {
  const payouts = [];
  for (let nth = 0; nth < 3; nth++) {
    const { paymentId } = await newPurchase(world);
    payouts.push(await payOut(world, [paymentId]));
  }
  await Promise.all(Array.from({ length: 8 }, () => runPayments(world)));
  for (const payout of payouts) {
    deepEqual(await reconciled(world, payout), { ours: 1, not_ours: 0 });
    deepEqual(await mismatchesOf(world, payout), []);
  }
  await proven(world);
});

Deno.test("a second search for payments never paid out neither waits nor skips a day", async () => {
  const { paymentId } = await newPurchase(world);
  await reconciled(world, await payOut(world, [paymentId]));
  await withSql(world, (sql) =>
    sql.begin(async (first) => {
      const [before] = await first`select done_until from farthing.paid_out_round for update`;
      const [found] = await withSql(world, (second) =>
        second.begin(async (tx) => {
          await tx`set local lock_timeout = '1s'`;
          return await tx`select farthing.find_never_paid_out(now()) as count`;
        }));
      equal(found!.count, 0);
      deepEqual(await first`select done_until from farthing.paid_out_round`, [before]);
    }));
});
