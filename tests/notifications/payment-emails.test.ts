/** A purchase, a refund, a low balance and a failed charge are each reported by one email. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Grant } from "../../supabase/functions/_shared/contracts/credits.ts";
import { proven, withLostEvents, withSql } from "../support/project/database.ts";
import { backEnd, data, post } from "../support/project/http.ts";
import {
  emailArrives,
  emailsTo,
  notificationBecomes,
  notificationsOfUser,
} from "../support/work/notifications.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { openCheckout, orderBecomes } from "../support/money/purchases.ts";
import { newPurchase, refund } from "../support/money/refunds.ts";
import { control, deliver, payInSilence } from "../support/money/stripe.ts";
import {
  cardOf,
  chargeBecomes,
  saveCard,
  signUpToppedUp,
  spend,
  topUpsBecome,
} from "../support/money/top-ups.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

Deno.test("a purchase has one receipt, however often Stripe reports the payment", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const order = await openCheckout(world, buyer);
    const events = await payInSilence(world, order);
    ok(events.length > 1);
    const twice = [...events, ...events.toReversed()];
    const answers = await Promise.all(twice.map((event) => deliver(world, event)));
    for (const { status, text } of answers) equal(status, 200, text);
    for (const event of events) equal((await deliver(world, event)).status, 200);
    await orderBecomes(world, buyer, order.order_id, "paid");

    const { subject, text, html, to } = await emailArrives(world, buyer.email, "receipt");
    equal(subject, "Receipt: USD 9.99");
    deepEqual(to, [buyer.email]);
    for (const said of ["Starter", "USD 9.99", "9,990", order.order_id]) {
      ok(text.includes(said) && html.includes(said), said);
    }
    const notifications = await notificationsOfUser(world, buyer.id, "receipt");
    equal(notifications.length, 1);
    await notificationBecomes(world, notifications[0]!.notification_id, "sent");
    equal((await emailsTo(world, buyer.email, "receipt")).length, 1);
    await proven(world);
  });
});

Deno.test("a refund is reported once, with the clawed-back credits", async () => {
  const { buyer, orderId } = await newPurchase(world);
  const { refund_id } = await refund(world, orderId, 333);
  const { text } = await emailArrives(world, buyer.email, "refund");
  match(text, /Refunded: USD 3\.33\nCredits removed: 3,330\n/);
  ok(text.includes(refund_id) && text.includes(orderId));
  equal((await notificationsOfUser(world, buyer.id, "refund")).length, 1);
  await proven(world);
});

Deno.test("a low balance is reported to the last decimal", async () => {
  const person = await signUpWith(world, "500.5");
  await spend(world, person, "100.000000000000000001");
  await withSql(world, (sql) =>
    sql`
    select farthing.notify_low_balance(account_id::text, now()) from farthing.accounts
    where owner_id = ${person.id}`);
  const { subject, text } = await emailArrives(world, person.email, "low_balance");
  equal(subject, "Your credits are running low");
  match(text, /Credits left: 400\.499999999999999999\nLimit: 500\n/);
  await proven(world);
});

Deno.test("T23: an expiry of credits is reported before it happens", async () => {
  const person = await signUp(world);
  const expires_at = new Date(Date.now() + 12 * 3_600_000).toISOString();
  const lot = { user_id: person.id, amount: "7", source: "promotional", reason: "x", expires_at };
  data(await post(world, "credits/grants", backEnd(world), lot), 201, Grant);
  await withSql(world, (sql) => sql`select farthing.notify_expiring_credits()`);
  const { subject, text } = await emailArrives(world, person.email, "credits_expiring");
  equal(subject, "Some of your credits expire within a day");
  match(text, /Credits: 7\nExpire: \d+ \w+ \d{4} at \d\d:\d\d UTC\n/);
  await proven(world);
});

Deno.test("a failed top-up is reported with its reason, and a paid one has a receipt", async () => {
  const person = await signUpToppedUp(world);
  const { payment_method_id } = await cardOf(world, person);
  const behaviour = (of: string) =>
    control(world, "POST", `payment_methods/${payment_method_id}/behaviour`, { behaviour: of });
  await behaviour("insufficient_funds");
  await spend(world, person, "1000");
  await topUpsBecome(world, person, "declined", ({ failures }) => failures === 1);
  const { subject, text } = await emailArrives(world, person.email, "top_up_failed");
  equal(subject, "Your automatic top-up failed");
  match(text, /Amount: USD 5\.00\nReason: The card has insufficient funds\.\nNext attempt/);

  await saveCard(world, person, "5555555555554444");
  await chargeBecomes(world, person, "paid");
  match((await emailArrives(world, person.email, "receipt")).text, /Bought: Automatic top-up\n/);
  await proven(world);
});
