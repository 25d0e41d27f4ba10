/**
 * After the first dollar was paid, a later run does not pay again. It looks for the payout of the
 * first payment.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { proven, withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive } from "./command.ts";
import { withSales } from "./sales.ts";

const world = readWorld();

const PAY = ["first-dollar", "--live"];

async function paidOrders(): Promise<number> {
  const [row] = await withSql(world, (sql) =>
    sql`
    select count(*)::int as paid from farthing.orders where payment_ref is not null`);
  return row!["paid"];
}

Deno.test("a second run finds the paid order and its payout, and buys nothing", () =>
  withSales(world, async () => {
    const first = await golive(world, [...PAY, "--buy-again", "--refund"]);
    deepEqual([first.code, failures(first)], [0, []], JSON.stringify(first.report));
    const paid = await paidOrders();
    const [, order] = /^order (\S+):/.exec(first.evidence("first-dollar.checkout"))!;

    const second = await golive(world, PAY);
    deepEqual([second.code, failures(second)], [0, []], JSON.stringify(second.report));
    match(
      second.evidence("first-dollar.checkout"),
      new RegExp(`^order ${order} was paid at .* nothing is bought`),
    );
    equal(second.evidence("first-dollar.payout"), first.evidence("first-dollar.payout"));
    equal(second.state("first-dollar.credits"), "skipped");
    equal(await paidOrders(), paid);
    await proven(world);
  }));

Deno.test("a test key buys nothing in a live project", () =>
  withSales(world, async () => {
    const settings = { STRIPE_SECRET_KEY: "sk_test_of_the_other_mode" };
    const ended = await golive(world, ["first-dollar", "--buy-again"], settings);
    deepEqual([ended.code, failures(ended)], [1, ["first-dollar.checkout"]]);
    match(
      ended.evidence("first-dollar.checkout"),
      /is a test key, but the project is in live mode/,
    );
  }));
