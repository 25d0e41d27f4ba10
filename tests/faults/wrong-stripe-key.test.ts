/**
 * Stripe refuses the API key: an operator is alerted, and after the key is corrected each request
 * takes effect exactly once.
 */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { packageNamed } from "../support/money/purchases.ts";
import { sessionsOf } from "../support/money/stripe.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();
const WRONG_KEY = "sk_test_this_key_was_rolled_long_ago";

/** Makes the next listing of Stripe's balance transactions due now, and runs the payment runner. */
async function listBalance(at: World): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    update farthing.balance_lists
    set done_until = least(done_until, now() - interval '16 minutes'), claimed_at = null where true`);
  equal((await post(at, "payment-runner", backEnd(at), {}, { key: null })).status, 200);
}

/** Returns the summary of the alert that is due now; undefined if there is none. */
async function alert(): Promise<string | undefined> {
  return await withSql(world, async (sql) => {
    const [reading] = await sql<{ summary: string; is_over: boolean }[]>`
      select (farthing.read_stripe_setup(r, now())).* from farthing.alert_rules r
      where r.rule = 'stripe_setup'`;
    return reading!.is_over ? reading!.summary : undefined;
  });
}

Deno.test("a refused API key is an alert until Stripe accepts it, and a repeat succeeds", async () => {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  const ask = (at: World, key: string) =>
    post(at, "checkout", buyer.as, { package_id: id }, { key });
  const key = crypto.randomUUID();
  await listBalance(world);
  equal(await alert(), undefined);

  await withDeployment(world, { STRIPE_SECRET_KEY: WRONG_KEY }, async (wrong) => {
    const answer = await ask(wrong, key);
    equal(refused(answer, 502, "upstream_unavailable").retryable, true);
    doesNotMatch(answer.text, /sk_test|API key/i, "the answer names neither key nor setup");
    match(await alert() ?? "", /^Stripe refuses STRIPE_SECRET_KEY/);
    await withSql(world, (sql) => sql`delete from farthing.stripe_faults where true`);
    await listBalance(wrong);
    const summary = await alert() ?? "";
    match(summary, /^Stripe refuses STRIPE_SECRET_KEY/, "no buyer is needed to find the wrong key");
    doesNotMatch(summary, new RegExp(WRONG_KEY));
  });

  const checkout = data(await ask(world, key), 201, Checkout);
  deepEqual(await sessionsOf(world, checkout.order_id), [checkout.checkout_session_id]);
  await listBalance(world);
  equal(await alert(), undefined, "the fault is over when Stripe lists the balance");
  await proven(world);
});
