/**
 * The brand and the digits of a saved card are read from Stripe, and the card's owner can remove
 * the card.
 */
import { deepEqual, equal } from "node:assert/strict";
import { CustomerPage } from "../../supabase/functions/_shared/contracts/customer-page.ts";
import { TopUps } from "../../supabase/functions/_shared/contracts/top-ups.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, get, refused, remove } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import {
  cardOf,
  optIn,
  paymentsOf,
  readTopUps,
  runPayments,
  saveCard,
  signUpToppedUp,
  spend,
  topUpsBecome,
} from "../support/money/top-ups.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

const VISA = { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2034 };

async function shownCard(person: Person) {
  const { card } = await topUpsBecome(world, person, "read", (each) => each.card?.last4 != null);
  return card;
}

const detach = (person: Person) => remove(world, "top-ups/card", person.as);

Deno.test("a saved card shows its brand, digits and expiry to its owner and to operators", async () => {
  const person = await signUp(world);
  equal((await readTopUps(world, person)).card, null);
  await saveCard(world, person);
  const card = await shownCard(person);
  deepEqual([card?.brand, card?.last4], ["visa", "4242"]);
  const page = await get(world, `customers/${person.id}`, backEnd(world));
  const { stripe_customer, top_up } = data(page, 200, CustomerPage);
  deepEqual(top_up.card, card);
  deepEqual(
    [stripe_customer?.card_last4, stripe_customer?.card_exp_year],
    ["4242", card?.exp_year],
  );
  const { payment_method_id } = await cardOf(world, person);
  await control(world, "POST", `payment_methods/${payment_method_id}/automatic_update`, {
    last4: "1881",
    exp_year: VISA.exp_year,
  });
  const replaced = await topUpsBecome(world, person, "replaced", (e) => e.card?.last4 === "1881");
  equal(replaced.card?.exp_year, VISA.exp_year);
  await saveCard(world, person, "5555555555554444");
  const other = await topUpsBecome(world, person, "another", (e) => e.card?.last4 === "4444");
  equal(other.card?.brand, "mastercard");
});

/** Counts Stripe's events about the removal of a card. */
async function removalsAt(paymentMethodId: string): Promise<number> {
  const { data: events } = await stripeOf(world).events.list({
    type: "payment_method.detached",
    limit: 100,
  });
  return events.filter(({ data }) => (data.object as { id: string }).id === paymentMethodId).length;
}

Deno.test("a card is detached at Stripe once, however often its owner removes it", async () => {
  const person = await signUpToppedUp(world);
  const id = (await cardOf(world, person)).payment_method_id!;
  const answers = await Promise.all([detach(person), detach(person), detach(person)]);
  for (const answer of [...answers, await detach(person)]) {
    const { card, state, consented_at } = data(answer, 200, TopUps);
    deepEqual([card, state, consented_at], [null, "off", null]);
  }
  equal(await removalsAt(id), 1);
  equal((await stripeOf(world).paymentMethods.retrieve(id)).customer, null);
  await spend(world, person, "500");
  await runPayments(world);
  deepEqual(await paymentsOf(world, person), []);
  const audit = await withSql(world, (sql) =>
    sql`select author, reason from farthing.audit
    where table_name = 'customers' and before ->> 'payment_method_id' = ${id}`);
  deepEqual(audit.map((row) => ({ ...row })), [
    { author: "owner", reason: "the user removed the saved card" },
  ]);
  await saveCard(world, person);
  equal((await shownCard(person))?.last4, "4242", "another card can be saved");
  equal((await optIn(world, person)).enabled, true);
  await proven(world);
});

Deno.test("nobody removes another user's card", async () => {
  const [owner, other] = [await signUpToppedUp(world), await signUp(world)];
  data(await detach(other), 200, TopUps);
  refused(
    await remove(world, `top-ups/card?user_id=${owner.id}`, other.as),
    400,
    "invalid_request",
  );
  refused(await remove(world, "top-ups/card", backEnd(world)), 403, "forbidden");
  equal((await readTopUps(world, owner)).card !== null, true);
  equal((await balanceOf(world, owner.id)).balance, "1000");
});
