/**
 * Stripe charges a card, but its answer is lost. The next run repeats the same request, so there is
 * one charge.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { countEntries, proven, withSql } from "../support/project/database.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { control } from "../support/money/stripe.ts";
import {
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

/** Makes every request fail until the test removes the fault. */
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
  equal((await readTopUps(world, person)).state, "on");
});
