/**
 * T29, M2 and M3 in docs/reference/traps.md: Stripe's events report disputes. Credits are clawed
 * back and reinstated as the bank moves the money, and no status causes a 500.
 */
import { equal } from "node:assert/strict";
import { proven, withDeliveries, withSql } from "../support/project/database.ts";
import { newPurchase, type Purchase, standing } from "../support/money/refunds.ts";
import { control } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

function becomes(purchase: Purchase, wanted: string) {
  return until(
    `the order is ${wanted}`,
    async () => await standing(world, purchase) === wanted || undefined,
  );
}

const dispute = ({ paymentId }: Purchase, body: object = {}) =>
  control(world, "POST", `payments/${paymentId}/dispute`, body);

const TAKEN = "disputed: balance 0, available 0, debt 0";
const WHOLE = "paid: balance 9990, available 9990, debt 0";

Deno.test("T29: an appealed dispute claws back and reinstates with the money", async () => {
  const purchase = await newPurchase(world);
  await withDeliveries(world, "shared", async () => {
    const { id } = await dispute(purchase);
    await becomes(purchase, TAKEN);
    for (const outcome of ["lost", "appeal", "under_review"]) {
      await control(world, "POST", `disputes/${id}/settle`, { outcome });
    }
    await until("the appeal is known", async () => {
      const [row] = await withSql(world, (sql) =>
        sql<{ status: string }[]>`
        select status from farthing.disputes where dispute_id = ${String(id)}`);
      return row?.status === "appeal_under_review" || undefined;
    });
    equal(await standing(world, purchase), TAKEN);
    await control(world, "POST", `disputes/${id}/settle`, { outcome: "won" });
    await becomes(purchase, WHOLE);
  });
  await proven(world);
});

for (
  const [prevented, end] of [
    ["resolution", TAKEN],
    ["block", "refunded: balance 0, available 0, debt 0"],
  ] as const
) {
  Deno.test(`T29: a dispute prevented by a ${prevented} claws back the credits once`, async () => {
    const purchase = await newPurchase(world);
    await withDeliveries(world, "shared", async () => {
      await dispute(purchase, { prevented });
      await becomes(purchase, end);
    });
    await proven(world);
  });
}

Deno.test("T29: an unknown status is answered 200 and freezes the credits", async () => {
  const purchase = await newPurchase(world);
  await withDeliveries(world, "shared", async () => {
    const { id } = await dispute(purchase, { inquiry: true });
    await control(world, "POST", `disputes/${id}/settle`, { status: "pre_arbitration" });
    await becomes(purchase, "disputed: balance 9990, available 0, debt 0");
    await control(world, "POST", `disputes/${id}/settle`, { status: "warning_closed" });
  });
  await withSql(world, async (sql) => {
    const states = await sql<{ state: string; code: string }[]>`
      select distinct state, coalesce(last_error, '') as code from farthing.inbox
      where facts ->> 'payment_id' = ${purchase.paymentId} and type like 'charge.dispute.%'`;
    equal(states.map(({ state, code }) => state + code).join(), "processed");
    await sql`delete from farthing.unknown_states where state = 'pre_arbitration'`;
  });
  await proven(world);
});
