/**
 * The shop collects tax, but Stripe Tax is not set up at Stripe. The buyer gets an error, and the
 * operator sees the reason for it.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { CustomerPage } from "../../supabase/functions/_shared/contracts/customer-page.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";
import { control } from "../support/money/stripe.ts";
import { open, withPackage, withSettings } from "./shop.ts";

const world = readWorld();

/**
 * Returns the faults in the shop's setup at Stripe. Each customer's page shows them to operators.
 */
async function shownFaults(person: Person): Promise<unknown[]> {
  const page = data(await get(world, `customers/${person.id}`, backEnd(world)), 200, CustomerPage);
  return page.refused_next.filter(({ details }) => "fault" in details)
    .map(({ action, code }) => [action, code]);
}

function readFaults() {
  return withSql(world, (sql) =>
    sql<{ detail: string }[]>`
    select detail from farthing.stripe_faults where fault = 'tax_not_set_up'`);
}

Deno.test("a tax that is not set up is not_ready for the buyer, and operators see why", async () => {
  const buyer = await signUp(world);
  await withPackage(
    world,
    (package_id) =>
      withSettings(world, { checkout_automatic_tax: true }, async () => {
        await control(world, "POST", "tax", { active: false });
        const answer = await post(world, "checkout", buyer.as, { package_id });
        equal(refused(answer, 503, "not_ready").retryable, true);
        deepEqual(await shownFaults(buyer), [["checkout", "not_ready"]]);
        const [fault] = await readFaults();
        ok(fault?.detail.includes("Stripe Tax has not been activated"), fault?.detail);
        await control(world, "POST", "tax", { active: true });
        const { session } = await open(world, buyer, package_id);
        equal(session.automatic_tax.enabled, true);
      }),
  );
  deepEqual(await shownFaults(buyer), []);
  equal((await readFaults()).length, 0);
  await proven(world);
});
