/**
 * An operator is alerted, goes from the alert to the event that caused it, and then from the event
 * to the ledger entries.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Route } from "playwright-core";
import { Alert } from "../../supabase/functions/_shared/contracts/alerts.ts";
import { WebhookEventWithEntries } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { overflowsAt, violationsOf, ZOOMED } from "../browser/accessibility.ts";
import { type DeadEvent, deadEvent } from "../support/money/dead-event.ts";
import { proven, withLostEvents, withSql } from "../support/project/database.ts";
import { get, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { choose, press } from "./by-keyboard.ts";
import {
  asPerson,
  changes,
  creditsAs,
  factBecomes,
  factOf,
  rowsOf,
  showsPage,
  watchAnswers,
} from "./operate.ts";
import { asOperator, linkTo, momentAs, readAs, theOperator } from "./operators.ts";
import { test, testsEnd, world } from "./opened.ts";

/** Evaluates a rule now and 3 minutes later, so that it fires. Returns the id of its open alert. */
async function fires(rule: string): Promise<string> {
  return await withSql(world, async (sql) => {
    for (const minutes of [0, 3]) {
      await sql`
        select farthing.attempt_rule(r, now() + ${minutes} * interval '1 minute')
        from farthing.alert_rules r where rule = ${rule}`;
    }
    const [alert] = await sql<{ id: string }[]>`
      update farthing.incidents set state = 'open', acknowledged_at = null, acknowledged_by = null
      where rule = ${rule} and state in ('open', 'acknowledged') returning incident_id as id`;
    return alert!.id;
  });
}

/** Answers a request as a project would if its alert rules had never fired. */
function answersNothing(route: Route): Promise<void> {
  if (route.request().method() === "OPTIONS") return route.continue();
  const metadata = { requestId: "none", traceId: "none", timestamp: "none", nextCursor: null };
  return route.fulfill({
    headers: { "access-control-allow-origin": "*" },
    json: { success: true, data: [], metadata },
  });
}

/** Runs `use` with an event that is dead-lettered, and with the alert that it has caused. */
async function withAlert(use: (alert: string, dead: DeadEvent) => Promise<void>): Promise<void> {
  await withLostEvents(world, "shared", async () => {
    const dead = await deadEvent(world);
    await use(await fires("webhook_failure"), dead);
  });
  await proven(world);
}

test("an alert leads to the event and to the entries in three clicks", async () => {
  await withAlert(async (alertId, { buyer, eventId }) => {
    const person = await theOperator();
    await asOperator("/alerts", async (page) => {
      await press(linkTo(page, `/alerts/${alertId}`));
      await press(linkTo(page, `/events/${eventId}`));
      await page.getByText("Nothing: the event could not be applied.").waitFor();
      await changes(page, { action: "Replay", person }, /The event is now/);
      const { entries } = await readAs(`webhook-events/${eventId}`, WebhookEventWithEntries);
      const rows = await rowsOf(page, "Entries of this event");
      deepEqual(
        rows.map(([change, balance]) => [change, balance]),
        entries.map(({ amount, balance_after }) => [
          creditsAs(amount, { signed: true }),
          creditsAs(balance_after),
        ]),
      );
      equal(rows.length, 1);
      await press(page.getByRole("main").locator(`a[href="#/customers/${buyer.id}"]`));
      await showsPage(page, "Customer");
      await page.getByText(buyer.email).first().waitFor();
    });
  });
});

test("the page of an alert has its figures, its runbook, and who works on it", async () => {
  await withAlert(async (alertId) => {
    const person = await theOperator();
    await asOperator(`/alerts/${alertId}`, async (page) => {
      const alert = await readAs(`alerts/${alertId}`, Alert);
      await page.getByText(alert.summary).waitFor();
      equal(await factOf(page, "Threshold"), alert.threshold);
      equal(await factOf(page, "Figure when last over the threshold"), alert.value);
      equal(await factOf(page, "Since"), momentAs(alert.fired_at));
      const text = await Deno.readTextFile(new URL(`../../${alert.runbook}`, import.meta.url));
      for (const [, heading] of text.matchAll(/^## (.*)$/gm)) {
        await page.getByRole("heading", { name: heading!, exact: true, level: 3 }).waitFor();
      }
      ok(text.includes('-d \'{"state": "dead"}\''));
      await page.getByRole("code").filter({ hasText: '-d \'{"state": "dead"}\'' }).waitFor();
      deepEqual(await violationsOf(page), []);
      await changes(page, { action: "Acknowledge", person }, /^Acknowledged by/);
      await factBecomes(page, "Acknowledged by", "you");
      equal(await page.getByRole("button", { name: "Acknowledge" }).count(), 0);
      deepEqual(await overflowsAt(page, [{ width: 375, height: 800 }, ZOOMED]), []);
    });
    const { state, acknowledged_by } = await readAs(`alerts/${alertId}`, Alert);
    deepEqual([state, acknowledged_by], ["acknowledged", `operator:${person.id}`]);
  });
});

test("alerts are filtered by state, and a project without alerts says what will appear", async () => {
  await withAlert(async (alertId) => {
    await asOperator("/alerts?state=open", async (page) => {
      await linkTo(page, `/alerts/${alertId}`).waitFor();
      await choose(page.getByLabel("State"), "resolved");
      await press(page.getByRole("button", { name: "Show", exact: true }));
      await linkTo(page, `/alerts/${alertId}`).waitFor({ state: "detached" });
      deepEqual(await violationsOf(page), []);
      await page.route(/\/functions\/v1\/alerts(\?|$)/, (route) => answersNothing(route));
      await page.evaluate("location.hash = '/alerts'");
      await page.getByText("No rule has ever fired").waitFor();
    });
  });
});

test("an alert that can't be read is unknown, and is read again on request", async () => {
  await withAlert(async (alertId) => {
    await asOperator("/events", async (page) => {
      const pattern = `**/functions/v1/alerts/${alertId}`;
      await page.route(pattern, (route) => route.fulfill({ status: 404, body: "{}" }));
      await page.evaluate(`location.hash = '/alerts/${alertId}'`);
      await page.getByText("The alert: unknown").waitFor();
      await page.unroute(pattern);
      await press(page.getByRole("button", { name: "Try again" }));
      await page.getByRole("heading", { name: "Webhook failure" }).waitFor();
    });
  });
});

test("a plain user gets neither the pages of alerts nor their data", async () => {
  await withAlert(async (alertId) => {
    const person = await signUp(world);
    await asPerson(person, `/alerts/${alertId}`, async (page) => {
      const answers = watchAnswers(page);
      await showsPage(page, "There is no such page");
      deepEqual((await answers()).filter(({ path }) => path.startsWith("/alerts")), []);
    });
    refused(await get(world, `alerts/${alertId}`, person.as), 403, "forbidden");
  });
});

testsEnd();
