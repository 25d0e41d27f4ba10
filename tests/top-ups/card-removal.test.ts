/**
 * A saved card is removed. At the same moment, the card is charged, Stripe's events arrive, or a
 * different card is saved. Once the removal is answered, Stripe no longer has the card, and the
 * answer names every charge that was made.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { TopUps } from "../../supabase/functions/_shared/contracts/top-ups.ts";
import { proven, withSql } from "../support/project/database.ts";
import { data, remove } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { deliver, stripeOf } from "../support/money/stripe.ts";
import {
  cardOf,
  chargeBecomes,
  claimCharge,
  type Claimed,
  paymentsOf,
  postponeTopUp,
  readTopUps,
  runPayments,
  saveCard,
  signUpToppedUp,
  spend,
} from "../support/money/top-ups.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

const removeCard = async (person: Person) =>
  data(await remove(world, "top-ups/card", person.as), 200, TopUps);

/** Sends the charge to Stripe, as the runner that has claimed the charge does. */
function chargeAt(claimed: Claimed) {
  return stripeOf(world).paymentIntents.create({
    amount: claimed.amount,
    currency: claimed.currency,
    customer: claimed.customer_id,
    payment_method: claimed.payment_method_id,
    confirm: true,
    off_session: true,
    metadata: { order_id: claimed.order_id },
  }, { idempotencyKey: `top-up-${claimed.order_id}` });
}

async function begun() {
  const person = await signUpToppedUp(world);
  await postponeTopUp(world, person);
  await spend(world, person, "1000");
  return { person, claimed: await claimCharge(world, person) };
}

async function attachedTo(customer: string): Promise<string[]> {
  const { data: methods } = await stripeOf(world).customers.listPaymentMethods(customer);
  return methods.map(({ id }) => id);
}

/** Runs the payment runner until exactly these cards are attached to a customer. */
async function attachedBecome(customer: string, wanted: string[]): Promise<void> {
  await until(`the customer has ${wanted.length} cards`, async () => {
    await runPayments(world);
    const found = await attachedTo(customer);
    return JSON.stringify(found) === JSON.stringify(wanted) || undefined;
  });
}

Deno.test("a charge that was begun before the removal and is sent after it is refused", async () => {
  const { person, claimed } = await begun();
  const { card, pending_charge } = await removeCard(person);
  deepEqual([card, pending_charge?.order_id], [null, claimed.order_id]);
  await rejects(chargeAt(claimed));
  deepEqual(await attachedTo(claimed.customer_id), []);
  await runPayments(world);
  deepEqual((await paymentsOf(world, person)).filter(({ status }) => status === "succeeded"), []);
  equal((await balanceOf(world, person.id)).balance, "0");
  await proven(world);
});

Deno.test("the removal names a charge that was sent before it, and the payment grants credits", async () => {
  const { person, claimed } = await begun();
  await chargeAt(claimed);
  const { pending_charge, charges } = await removeCard(person);
  // If the payment's event arrived before the removal, the charge is already paid and no longer
  // pending.
  const isNamed = pending_charge?.order_id === claimed.order_id || charges[0]?.status === "paid";
  equal(isNamed, true);
  await chargeBecomes(world, person, "paid");
  equal((await readTopUps(world, person)).pending_charge, null);
  deepEqual(await attachedTo(claimed.customer_id), []);
  equal((await balanceOf(world, person.id)).balance, "5000");
  await proven(world);
});

/** Delivers a signed event with this object and time. */
async function receive(type: string, object: object, created: number): Promise<void> {
  const id = `evt_${crypto.randomUUID()}`;
  const answer = await deliver(world, {
    ...{ id, object: "event", api_version: "2026-10-28.endive", type, livemode: false, created },
    data: { object },
  });
  equal(answer.status, 200, answer.text);
}

Deno.test("events about a removed card do not bring it back", async () => {
  const person = await signUpToppedUp(world);
  const { customer_id, payment_method_id } = await cardOf(world, person);
  await removeCard(person);
  const now = Math.floor(Date.now() / 1000);
  const method = await stripeOf(world).paymentMethods.retrieve(payment_method_id!);
  for (const type of ["payment_method.updated", "payment_method.attached"]) {
    await receive(type, { ...method, customer: customer_id }, now + 1);
  }
  const setup = {
    ...{ id: `seti_${crypto.randomUUID()}`, object: "setup_intent", status: "succeeded" },
    ...{ customer: customer_id, payment_method: payment_method_id },
    metadata: { user_id: person.id },
  };
  await receive("setup_intent.succeeded", setup, now + 1);
  await runPayments(world);
  equal((await readTopUps(world, person)).card, null);
  deepEqual(await attachedTo(customer_id), []);
});

Deno.test("a card that was saved before the removal, and is reported after it, is detached", async () => {
  const person = await signUpToppedUp(world);
  const { customer_id: customer } = await cardOf(world, person);
  const other = await stripeOf(world).paymentMethods.attach("pm_card_mastercard", { customer });
  await removeCard(person);
  await receive("setup_intent.succeeded", {
    ...{ id: `seti_${crypto.randomUUID()}`, object: "setup_intent", status: "succeeded" },
    ...{ customer, payment_method: other.id, metadata: { user_id: person.id } },
  }, Math.floor(Date.now() / 1000) - 60);
  await attachedBecome(customer, []);
  equal((await readTopUps(world, person)).card, null);
  const again = await removeCard(person);
  deepEqual([again.card, again.state, again.pending_charge], [null, "off", null]);
});

Deno.test("a card that another card replaces is detached at Stripe", async () => {
  const person = await signUpToppedUp(world);
  const { customer_id, payment_method_id: old } = await cardOf(world, person);
  await saveCard(world, person, "5555555555554444");
  const { payment_method_id: current } = await cardOf(world, person);
  await attachedBecome(customer_id, [current!]);
  equal((await stripeOf(world).paymentMethods.retrieve(old!)).customer, null);
  equal((await readTopUps(world, person)).state, "on");
});

Deno.test("without a card the removal answers 200 and asks Stripe nothing", async () => {
  const { card, state, enabled } = await removeCard(await signUp(world));
  deepEqual([card, state, enabled], [null, "off", false]);
});

Deno.test("brand and digits are gone after the account's deletion, and nobody else sees them", async () => {
  const person = await signUpToppedUp(world);
  await until("the card is read", async () => {
    await runPayments(world);
    return (await readTopUps(world, person)).card?.last4 ?? undefined;
  });
  const { customer_id } = await cardOf(world, person);
  const other = await signUp(world);
  equal((await readTopUps(world, other)).card, null);
  await withSql(world, (sql) => sql`delete from auth.users where id = ${person.id}`);
  const [row] = await withSql(world, (sql) =>
    sql`
    select num_nonnulls(payment_method_id, card_brand, card_last4, card_exp_month, card_exp_year) as left
    from farthing.customers where customer_id = ${customer_id}`);
  equal(row?.left, 0);
  await attachedBecome(customer_id, []);
  await proven(world);
});
