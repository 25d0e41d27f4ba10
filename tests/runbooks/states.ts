/** States of the stack for which several runbooks are written. */
import { control } from "../support/money/stripe.ts";
import { newPurchase, type Purchase } from "../support/money/refunds.ts";
import { withDeliveries, withSql } from "../support/project/database.ts";
import { until } from "../support/project/until.ts";
import type { World } from "../support/project/world.ts";

export interface Disputed {
  readonly purchase: Purchase;
  /** The dispute's id at Stripe. */
  readonly dispute: string;
}

/** Makes a purchase and a dispute of its payment, and waits until the dispute is recorded. */
export async function disputedPurchase(world: World): Promise<Disputed> {
  const purchase = await newPurchase(world);
  return await withDeliveries(world, "shared", async () => {
    const { id } = await control(world, "POST", `payments/${purchase.paymentId}/dispute`);
    const dispute = String(id);
    await until("the dispute is known", async () => {
      const [row] = await withSql(world, (sql) =>
        sql`
        select true as known from farthing.disputes where dispute_id = ${dispute}`);
      return row?.["known"];
    });
    return { purchase, dispute };
  });
}

/**
 * Makes an alert as if an evaluation had reported it. Nobody has acknowledged the alert. Returns
 * its id.
 */
export async function openAlert(world: World): Promise<string> {
  return await withSql(world, async (sql) => {
    const [row] = await sql<{ id: string }[]>`
      insert into farthing.incidents (rule, subject, severity, runbook, state, value, threshold,
        summary, first_seen_at, last_seen_at, fired_at, queued_at)
      values ('slow_answers', ${`runbook ${crypto.randomUUID()}`}, 'warning',
        'docs/runbooks/slow_answers.md', 'open', 1, 0, 'A test of the runbooks.', now(), now(), now(), now())
      returning incident_id as id`;
    return row!.id;
  });
}

/** Ends the alerts of openAlert(), as an evaluation does. */
export async function endAlerts(world: World): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    update farthing.incidents set state = 'resolved', resolved_at = now()
    where subject like 'runbook %' and resolved_at is null`);
}
