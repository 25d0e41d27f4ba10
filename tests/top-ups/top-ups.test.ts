/**
 * Automatic top-ups, from the saved card to the granted credits, over HTTP and the emulator's
 * pages.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { CardPage, TopUps } from "../../supabase/functions/_shared/contracts/top-ups.ts";
import { countEntries, proven, withSql } from "../support/project/database.ts";
import { backEnd, data, post, remove } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { balanceOf, readOrder } from "../support/money/purchases.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import {
  cardOf,
  chargeBecomes,
  claimCharge,
  linkOf,
  notificationsOf,
  optIn,
  passTime,
  paymentsOf,
  postponeTopUp,
  readTopUps,
  runPayments,
  saveCard,
  signUpToppedUp,
  spend,
  topUpsBecome,
} from "../support/money/top-ups.ts";
import { until } from "../support/project/until.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

async function availableOf({ id }: Person): Promise<string | undefined> {
  return (await balanceOf(world, id)).available;
}

/** Lists the email templates of a person's notifications about top-ups, in order. */
async function topUpNotificationsOf(person: Person): Promise<string[]> {
  return (await notificationsOf(world, person)).filter((each) => each.startsWith("top_up_"));
}

/** Sets how a person's card behaves in all later charges. */
async function makeCard(person: Person, behaviour: string): Promise<void> {
  const { payment_method_id } = await cardOf(world, person);
  await control(world, "POST", `payment_methods/${payment_method_id}/behaviour`, { behaviour });
}

Deno.test("a saved card is charged once for the spent credits, and the payment grants them", async () => {
  await untilDayHasAMinute();
  const person = await signUpToppedUp(world);
  equal((await readTopUps(world, person)).state, "on");
  await runPayments(world);
  deepEqual(await paymentsOf(world, person), [], "an account with enough credits is not charged");
  await spend(world, person, "300.5");
  await runPayments(world);
  const { charges, charged_this_month, state } = await chargeBecomes(world, person, "paid");
  deepEqual([charges.length, charges[0]?.amount, charges[0]?.credits], [1, 431, "4310"]);
  deepEqual([charged_this_month, state], [431, "on"]);
  equal(await availableOf(person), "5009.5");
  const payments = await paymentsOf(world, person);
  deepEqual(payments.map(({ amount, status }) => [amount, status]), [[431, "succeeded"]]);
  equal(payments[0]?.metadata.order_id, charges[0]?.order_id);
  const { kind, package_id, status } = await readOrder(world, person, charges[0]!.order_id);
  deepEqual([kind, package_id, status], ["top_up", null, "paid"], "it is an order like any other");
  await proven(world);
});

Deno.test("T16: several runners at once make one charge", async () => {
  const person = await signUpToppedUp(world);
  await spend(world, person, "600");
  await Promise.all(Array.from({ length: 4 }, () => runPayments(world)));
  await chargeBecomes(world, person, "paid");
  await passTime(world, person);
  await Promise.all([runPayments(world), runPayments(world)]);
  equal((await paymentsOf(world, person)).length, 1);
  equal(await countEntries(world, person.id, "purchase"), 1);
  equal(await availableOf(person), "5000");
  await proven(world);
});

Deno.test("T16: a runner that dies between charge and answer leaves one charge", async () => {
  const person = await signUpToppedUp(world);
  await postponeTopUp(world, person);
  await spend(world, person, "1000");
  const claimed = await claimCharge(world, person);
  const charged = await stripeOf(world).paymentIntents.create({
    amount: claimed.amount,
    currency: claimed.currency,
    customer: claimed.customer_id,
    payment_method: claimed.payment_method_id,
    confirm: true,
    off_session: true,
    metadata: { order_id: claimed.order_id },
  }, { idempotencyKey: `top-up-${claimed.order_id}` });
  await passTime(world, person);
  await runPayments(world);
  const { charges } = await chargeBecomes(world, person, "paid");
  equal(charges.length, 1);
  deepEqual((await paymentsOf(world, person)).map(({ id }) => id), [charged.id]);
  equal(await availableOf(person), "5000");
  await proven(world);
});

Deno.test("T16: a runner that dies before it calls Stripe leaves the charge to the next runner", async () => {
  const person = await signUpToppedUp(world);
  await postponeTopUp(world, person);
  await spend(world, person, "1000");
  const { order_id } = await claimCharge(world, person);
  await runPayments(world);
  deepEqual(await paymentsOf(world, person), [], "the lease still holds");
  await passTime(world, person);
  await runPayments(world);
  const { charges } = await chargeBecomes(world, person, "paid");
  deepEqual(charges.map((each) => each.order_id), [order_id]);
  equal((await paymentsOf(world, person)).length, 1);
});

Deno.test("a failing card is charged again later, and paused after the third failure", async () => {
  const person = await signUpToppedUp(world);
  await makeCard(person, "insufficient_funds");
  await spend(world, person, "1000");
  for (const failures of [1, 2, 3]) {
    const state = await topUpsBecome(
      world,
      person,
      "declined",
      (each) => each.failures === failures,
    );
    deepEqual([state.charges[0]?.status, state.charges[0]?.failure_code], [
      "failed",
      "insufficient_funds",
    ]);
    ok(state.next_attempt_at !== null, "it waits");
    await runPayments(world);
    equal((await paymentsOf(world, person)).length, failures, "meanwhile it is not charged");
    equal(
      (await notificationsOf(world, person)).filter((each) => each === "top_up_failed").length,
      failures,
    );
    if (failures < 3) await passTime(world, person);
  }
  const paused = await readTopUps(world, person);
  deepEqual([paused.state, paused.paused], ["paused", "failures"]);
  equal(await availableOf(person), "0");
  await saveCard(world, person, "5555555555554444");
  await runPayments(world);
  await chargeBecomes(world, person, "paid");
  equal(await availableOf(person), "5000");
  await proven(world);
});

Deno.test("a charge that needs authentication is confirmed on a page, and paid once", async () => {
  // This card needs the customer's confirmation for each charge.
  const person = await signUpToppedUp(world, { card: "4000002760003184" });
  await spend(world, person, "1000");
  const link = await linkOf(world, person);
  const waiting = await readTopUps(world, person);
  deepEqual([waiting.state, waiting.failures], ["authentication_required", 0]);
  // A scheduled task may have reported the low balance before, so the test checks only the last
  // notification.
  equal((await topUpNotificationsOf(person)).at(-1), "top_up_authentication");
  const listed = await person.dataApi.from("notifications").select("template, data")
    .eq("template", "top_up_authentication");
  equal(listed.data?.[0]?.data.url, link, "the notification has the link");
  await passTime(world, person);
  await runPayments(world);
  const [asked] = await paymentsOf(world, person);
  equal(asked?.status, "canceled", "the charge is canceled before the customer pays on the page");
  const paid = await payCheckout(link, "4000002760003184");
  equal(paid.result, "paid", paid.message ?? "");
  const after = await chargeBecomes(world, person, "paid");
  deepEqual([after.charges.length, after.link], [1, null]);
  equal(await availableOf(person), "5000");
  const payments = await paymentsOf(world, person);
  deepEqual(payments.map(({ status }) => status).sort(), ["canceled", "succeeded"]);
  await proven(world);
});

Deno.test("the monthly cap reduces a charge, and then stops charges", async () => {
  await untilDayHasAMinute();
  const terms = { target: "20000", monthly_cap: 700 };
  const person = await signUpToppedUp(world, { terms });
  await spend(world, person, "1000");
  await runPayments(world);
  const { charges } = await chargeBecomes(world, person, "paid");
  equal(charges[0]?.amount, 700);
  await spend(world, person, "6500");
  await passTime(world, person);
  await runPayments(world);
  equal((await paymentsOf(world, person)).length, 1);
  const capped = async () =>
    (await notificationsOf(world, person)).filter((each) => each === "top_up_capped").length;
  // The payment runner skips an account that another database session has locked, so the test calls
  // the runner repeatedly.
  await until("the notification about the cap exists", async () => {
    await runPayments(world);
    return await capped() > 0 || undefined;
  });
  equal(await capped(), 1);
  await optIn(world, person, { target: "20000", monthly_cap: 1_000 });
  await passTime(world, person);
  await runPayments(world);
  const last = await topUpsBecome(
    world,
    person,
    "paid",
    (each) => each.charged_this_month === 1_000 && each.charges[0]?.status === "paid",
  );
  equal(last.charges[0]?.amount, 300);
  await proven(world);
});

Deno.test("a refunded top-up loses its credits, and is not charged again", async () => {
  const person = await signUpToppedUp(world);
  await spend(world, person, "1000");
  await runPayments(world);
  const { charges } = await chargeBecomes(world, person, "paid");
  const refund = await post(world, "refunds", backEnd(world), { order_id: charges[0]!.order_id });
  equal(refund.status, 201, refund.text);
  const { state, paused } = await chargeBecomes(world, person, "refunded");
  deepEqual([state, paused], ["paused", "refunded"]);
  equal(await availableOf(person), "0");
  await passTime(world, person);
  await runPayments(world);
  equal((await paymentsOf(world, person)).length, 1);
  await proven(world);
});

Deno.test("a card that is detached at Stripe pauses top-ups until another is saved", async () => {
  const person = await signUpToppedUp(world);
  const { payment_method_id } = await cardOf(world, person);
  await stripeOf(world).paymentMethods.detach(payment_method_id!);
  const gone = await topUpsBecome(world, person, "without a card", ({ card }) => card === null);
  deepEqual([gone.state, gone.paused], ["paused", "card_gone"]);
  equal((await topUpNotificationsOf(person)).at(-1), "top_up_paused");
  await spend(world, person, "1000");
  await runPayments(world);
  deepEqual(await paymentsOf(world, person), []);
});

Deno.test("a user who opts out is not charged", async () => {
  const person = await signUpToppedUp(world);
  const out = data(await remove(world, "top-ups", person.as), 200, TopUps);
  deepEqual([out.enabled, out.state, out.consented_at], [false, "off", null]);
  await spend(world, person, "1000");
  await runPayments(world);
  deepEqual(await paymentsOf(world, person), []);
});

Deno.test("a user id that is used again gets a new customer", async () => {
  const person = await signUp(world);
  const customers: string[] = [];
  for (const _time of ["first", "again"]) {
    data(await post(world, "top-ups/card", person.as, {}), 201, CardPage);
    customers.push((await cardOf(world, person)).customer_id);
    await withSql(world, async (sql) => {
      await sql`delete from auth.users where id = ${person.id}`;
      await sql`insert into auth.users (id, email) values (${person.id}, ${person.email})`;
    });
  }
  ok(customers.every((id) => id.startsWith("cus_")), `${customers}`);
  equal(new Set(customers).size, 2, "the new account does not get the deleted account's customer");
  await proven(world);
});
