/**
 * The first dollar's purchase fails: the Checkout page expires, the receipt is not sent, or the
 * credits never arrive.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { proven, withDeliveries, withMail, withSql } from "../support/project/database.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive } from "./command.ts";
import { goliveWith, turn } from "./planted.ts";
import { salesOf, withSales } from "./sales.ts";

const world = readWorld();

const PAY = ["first-dollar", "--live"];
const FULL = ["full", "--live", "--stage-seconds", "1"];

async function newestOrder(): Promise<{ id: string; session: string }> {
  const [order] = await withSql(world, (sql) =>
    sql<{ id: string; session: string }[]>`
    select order_id::text as id, session_id as session
    from farthing.orders order by created_at desc limit 1`);
  return order!;
}

/** Returns the number of payments that the buyers of all go-live runs have made. */
async function payments(): Promise<number> {
  const [row] = await withSql(world, (sql) =>
    sql<{ paid: number }[]>`
    select count(o.payment_ref)::int as paid
    from auth.users u join farthing.accounts a on a.owner_id = u.id
    join farthing.orders o using (account_id) where u.email like 'golive-buyer-%'`);
  return row!.paid;
}

Deno.test("a page that expired unpaid is replaced by the next run, which pays once", () =>
  withSales(world, async () => {
    const before = await payments();
    // Stripe creates the Checkout session, but every read of a Checkout session fails, so the run
    // ends before the payment.
    await control(world, "POST", "faults", {
      ...{ method: "GET", path: "/v1/checkout/sessions/", status: 500, times: 1000 },
    });
    try {
      const cut = await golive(world, [...PAY, "--buy-again"]);
      deepEqual([cut.code, failures(cut)], [1, ["first-dollar.checkout"]]);
    } finally {
      await control(world, "DELETE", "faults");
    }
    const old = await newestOrder();
    await stripeOf(world).checkout.sessions.expire(old.session);
    const ended = await golive(world, PAY);
    deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report));
    equal(ended.evidence("first-dollar.checkout").includes(old.id), false);
    equal(await payments(), before + 1);
    await proven(world);
  }));

Deno.test("a receipt that is not sent is a NO-GO in live mode, until it is sent", () =>
  withMail(world, "exclusive", () =>
    withSales(world, async () => {
      await turn(world, "mail/stop");
      try {
        const ended = await golive(world, [...PAY, "--buy-again"]);
        deepEqual([ended.code, failures(ended)], [1, ["first-dollar.receipt"]]);
        match(ended.next("first-dollar.receipt") ?? "", /dead_notifications/);
      } finally {
        await turn(world, "mail/start");
      }
      const paid = await payments();
      await withSql(world, (sql) =>
        sql`
        update farthing.notifications set next_attempt_at = now() where state = 'failed'`);
      const ended = await golive(world, PAY);
      deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report));
      match(ended.evidence("first-dollar.receipt"), /: sent by postmark, id /);
      equal(await payments(), paid);
      await proven(world);
    })));

Deno.test("a launch whose buyer gets no credits switches sales off, and the next one does not pay", () =>
  withDeliveries(world, "exclusive", () =>
    withSales(world, async () => {
      const before = await payments();
      try {
        const plant = () => control(world, "POST", "deliveries/hold");
        const ended = await goliveWith(
          world,
          [...FULL, "--buy-again"],
          "first-dollar.checkout",
          plant,
        );
        deepEqual([ended.code, failures(ended)], [1, ["first-dollar.credits"]]);
        match(
          ended.evidence("first-dollar.credits"),
          /^first-dollar\.credits failed: b2c was switched off in [^]+ is not paid/,
        );
        equal(await salesOf(world), "off");
      } finally {
        await control(world, "POST", "deliveries/release");
      }
      const ended = await golive(world, FULL);
      deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report));
      match(ended.evidence("first-dollar.checkout"), /was paid at .* nothing is bought/);
      equal(await payments(), before + 1);
      equal(await salesOf(world), "on");
      await proven(world);
    })));
