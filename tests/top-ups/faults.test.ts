/**
 * Stripe charges a card, but its answer is lost. The payment runner's next run sends the same
 * request again, so there is only one charge.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { TopUps } from "../../supabase/functions/_shared/contracts/top-ups.ts";
import { countEntries, proven, withSql } from "../support/project/database.ts";
import { data, refused, remove } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import {
  cardOf,
  chargeBecomes,
  linkOf,
  optIn,
  passTime,
  paymentsOf,
  readTopUps,
  runPayments,
  saveCard,
  signUpToppedUp,
  spend,
} from "../support/money/top-ups.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const CHARGES = "/v1/payment_intents";

/** Makes Stripe fail every request to the chosen path, until the test removes the fault. */
const EVERY_TRY = { times: 1_000, status: 503 };

/** Reads the number of attempts and the last error of the newest charge. */
async function attemptsOf({ id }: Person) {
  const [row] = await withSql(
    world,
    (sql) =>
      sql<{ attempts: number; last_error: string | null }[]>`
    select c.attempts, c.last_error from farthing.top_up_charges c
    join farthing.accounts a using (account_id) where a.owner_id = ${id}
    order by c.created_at desc limit 1`,
  );
  return { attempts: row?.attempts ?? 0, lastError: row?.last_error ?? null };
}

async function wasAskedInVain(person: Person): Promise<void> {
  await until("Stripe was called", async () => {
    await runPayments(world);
    return (await attemptsOf(person)).lastError ?? undefined;
  });
  await control(world, "DELETE", "faults");
}

async function chargedOnce(person: Person): Promise<void> {
  const { charges } = await chargeBecomes(world, person, "paid");
  equal(charges.length, 1);
  equal((await paymentsOf(world, person)).length, 1);
  equal(await countEntries(world, person.id, "purchase"), 1);
  await proven(world);
}

Deno.test("T16: a charge that fails at Stripe is requested again, and made once", async () => {
  const person = await signUpToppedUp(world);
  await control(world, "POST", "faults", { path: CHARGES, ...EVERY_TRY });
  await spend(world, person, "1000");
  await wasAskedInVain(person);
  deepEqual(await paymentsOf(world, person), []);
  await passTime(world, person);
  await runPayments(world);
  await chargedOnce(person);
  deepEqual(await attemptsOf(person), { attempts: 2, lastError: null });
});

Deno.test("T16: a charge whose answer is lost is one charge", async () => {
  const person = await signUpToppedUp(world);
  await control(world, "POST", "faults", { path: CHARGES, after: true, status: 503 });
  await spend(world, person, "1000");
  await runPayments(world);
  await chargedOnce(person);
});

Deno.test("an authentication page that could not be made is made later, once", async () => {
  const person = await signUpToppedUp(world, { card: "4000002760003184" });
  await control(world, "POST", "faults", { path: "/v1/checkout/sessions", ...EVERY_TRY });
  await spend(world, person, "1000");
  await wasAskedInVain(person);
  equal((await readTopUps(world, person)).link, null);
  await passTime(world, person);
  ok(await linkOf(world, person));
  deepEqual((await paymentsOf(world, person)).map(({ status }) => status), ["canceled"]);
});

Deno.test("a card's page that Stripe could not make is made by a repeat with the same key", async () => {
  const person = await signUp(world);
  await optIn(world, person);
  await control(world, "POST", "faults", { path: "/v1/customers", ...EVERY_TRY });
  let isRefused = false;
  await saveCard(world, person).catch(() => isRefused = true);
  await control(world, "DELETE", "faults");
  ok(isRefused);
  await saveCard(world, person);
  ok((await cardOf(world, person)).payment_method_id);
});

Deno.test("a card is removed while Stripe is unavailable, and is detached at Stripe later", async () => {
  const person = await signUpToppedUp(world);
  const { customer_id, payment_method_id } = await cardOf(world, person);
  const id = payment_method_id!;
  await control(world, "POST", "faults", {
    method: "POST",
    path: `/v1/payment_methods/${id}/detach`,
    ...EVERY_TRY,
  });
  const answer = await remove(world, "top-ups/card", person.as);
  ok([502, 503].includes(answer.status), answer.text);
  equal(refused(answer, answer.status, "upstream_unavailable").retryable, true);
  const { card, state } = await readTopUps(world, person);
  deepEqual([card, state], [null, "off"]);
  equal((await stripeOf(world).paymentMethods.retrieve(id)).customer, customer_id);
  await control(world, "DELETE", "faults");
  await until("the card is detached", async () => {
    await withSql(
      world,
      (sql) =>
        sql`update farthing.card_removals set next_attempt_at = now() where payment_method_id = ${id}`,
    );
    await runPayments(world);
    return (await stripeOf(world).paymentMethods.retrieve(id)).customer === null || undefined;
  });
  const again = data(await remove(world, "top-ups/card", person.as), 200, TopUps);
  equal(again.card, null);
  await proven(world);
});
