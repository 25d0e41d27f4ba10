/**
 * An operator reads Stripe's events, replays dead-lettered events and fetches lost events, on the
 * real stack.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  WebhookEvent,
  WebhookEventWithEntries,
} from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { z } from "zod";
import { violationsOf } from "../browser/accessibility.ts";
import { deadEvent } from "../support/money/dead-event.ts";
import { balanceOf, openCheckout, orderBecomes } from "../support/money/purchases.ts";
import { newPurchase } from "../support/money/refunds.ts";
import { payInSilence, stripeOf } from "../support/money/stripe.ts";
import { proven, withDeliveries, withLostEvents, withSql } from "../support/project/database.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { choose, press, write } from "./by-keyboard.ts";
import {
  asPerson,
  changes,
  creditsAs,
  factOf,
  rowsOf,
  showsPage,
  watchAnswers,
} from "./operate.ts";
import { asOperator, cellsOf, momentAs, readAs, rowWith, theOperator } from "./operators.ts";
import { test, testsEnd, world } from "./opened.ts";

const readEvent = (id: string) => readAs(`webhook-events/${id}`, WebhookEventWithEntries);

/** Returns the id of the newest event of this type whose stored fact `fact` has the value `id`. */
async function eventOf(type: string, fact: string, id: string): Promise<string> {
  // A purchase is complete before all of its events have arrived.
  return await until(`${type} of ${id}`, () =>
    withSql(world, async (sql) => {
      const [row] = await sql<{ event_id: string }[]>`
        select event_id from farthing.inbox where type = ${type} and facts ->> ${fact} = ${id}
        order by received_at desc limit 1`;
      return row?.event_id;
    }));
}

/**
 * Refunds a third of a payment, as Stripe's dashboard does. Returns the id of the event that clawed
 * the credits back.
 */
async function refundedInDashboard(userId: string, paymentId: string): Promise<string> {
  return await withDeliveries(world, "shared", async () => {
    await stripeOf(world).refunds.create({ payment_intent: paymentId, amount: 333 });
    return await until("the credits are clawed back", () =>
      withSql(world, async (sql) => {
        const [entry] = await sql<{ id: string }[]>`
          select substr(e.author, 8) as id from farthing.entries e
          join farthing.accounts a using (account_id)
          where a.owner_id = ${userId} and e.kind = 'clawback' and e.author like 'stripe:%' limit 1`;
        return entry?.id;
      }));
  });
}

test("a dead-lettered event is replayed, and its credits arrive", async () => {
  await withLostEvents(world, "shared", async () => {
    const { buyer, eventId } = await deadEvent(world);
    const person = await theOperator();
    await asOperator(`/events/${eventId}`, async (page) => {
      await showsPage(page, "Event");
      await page.getByText("Nothing: the event could not be applied.").waitFor();
      equal(await factOf(page, "Why"), (await readEvent(eventId)).last_error);
      equal((await balanceOf(world, buyer.id)).balance, "0");
      await changes(page, { action: "Replay", person }, /The event is now/);
      const event = await readEvent(eventId);
      deepEqual([event.state, event.entries.length], ["processed", 1]);
      const [{ amount, balance_after, reason, id }] = event.entries as [typeof event.entries[0]];
      const [[change, balance, kind, why, , , entry]] = await rowsOf(
        page,
        "Entries of this event",
      ) as [string[]];
      deepEqual([change, balance], [creditsAs(amount, { signed: true }), creditsAs(balance_after)]);
      deepEqual([kind, why, entry], ["purchase", reason, id]);
      equal(await page.getByRole("button", { name: "Replay" }).count(), 0);
      deepEqual(await violationsOf(page), []);
    });
    equal((await balanceOf(world, buyer.id)).balance, "9990");
    await proven(world);
  });
});

test("a refund's event shows what it took, digit for digit, and its customer", async () => {
  const { buyer, paymentId } = await newPurchase(world);
  const id = await refundedInDashboard(buyer.id, paymentId);
  const event = await readEvent(id);
  ok(event.entries.length > 0);
  await asOperator(`/events/${id}`, async (page) => {
    const rows = await rowsOf(page, "Entries of this event");
    deepEqual(
      rows.map(([change, balance, , reason]) => [change, balance, reason]),
      event.entries.map(({ amount, balance_after, reason }) => [
        creditsAs(amount, { signed: true }),
        creditsAs(balance_after),
        reason,
      ]),
    );
    equal(await factOf(page, "Applied"), momentAs(event.processed_at));
    await press(page.locator(`a[href="#/customers/${buyer.id}"]`));
    await showsPage(page, "Customer");
    await page.getByText(buyer.email).first().waitFor();
  });
  await proven(world);
});

test("the inbox is filtered by state and type, and its address keeps the filters", async () => {
  const { paymentId } = await newPurchase(world);
  const id = await eventOf("payment_intent.succeeded", "payment_id", paymentId);
  await asOperator("/events", async (page) => {
    await choose(page.getByLabel("State"), "processed");
    await write(page.getByLabel("Type"), "payment_intent.succeeded");
    await press(page.getByRole("button", { name: "Show", exact: true }));
    const { State, Type, Received, Attempts } = await cellsOf(rowWith(page, `/events/${id}`));
    const path = "webhook-events?state=processed&type=payment_intent.succeeded&limit=100";
    const listed = (await readAs(path, z.array(WebhookEvent))).find((e) => e.event_id === id)!;
    deepEqual([State, Type], ["✓\nprocessed", listed.type]);
    deepEqual([Received, Attempts], [momentAs(listed.received_at), String(listed.attempts)]);
    ok(page.url().endsWith("#/events?state=processed&type=payment_intent.succeeded"), page.url());
    await page.reload();
    equal(await page.getByLabel("Type").inputValue(), "payment_intent.succeeded");
    await rowWith(page, `/events/${id}`).waitFor();
    deepEqual(await violationsOf(page), []);
  });
});

test("all dead-lettered events are replayed at once, and lost events are fetched", async () => {
  await withLostEvents(world, "exclusive", async () => {
    const dead = await deadEvent(world);
    const buyer = await signUp(world);
    const lost = await openCheckout(world, buyer);
    await payInSilence(world, lost);
    const person = await theOperator();
    await asOperator("/events?state=dead", async (page) => {
      await rowWith(page, `/events/${dead.eventId}`).waitFor();
      await changes(page, { action: "Replay dead letters", person }, /Applied again/);
      await rowWith(page, `/events/${dead.eventId}`).waitFor({ state: "detached" });
      equal((await readEvent(dead.eventId)).state, "processed");
      const hours = { Hours: "1" };
      await changes(page, { action: "Fetch lost events", person, fields: hours }, /Received now/);
    });
    await orderBecomes(world, buyer, lost.order_id, "paid");
    equal((await balanceOf(world, buyer.id)).balance, "9990");
    await proven(world);
  });
});

test("a plain user gets neither the pages of events nor their data", async () => {
  const { paymentId } = await newPurchase(world);
  const id = await eventOf("payment_intent.succeeded", "payment_id", paymentId);
  await asPerson(await signUp(world), `/events/${id}`, async (page) => {
    const answers = watchAnswers(page);
    await showsPage(page, "There is no such page");
    equal(await page.getByRole("link", { name: "Events" }).count(), 0);
    deepEqual((await answers()).filter(({ path }) => /webhook-events|alerts/.test(path)), []);
  });
});

testsEnd();
