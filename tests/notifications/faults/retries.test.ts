/**
 * Operators resend notifications that a mail service refused: one notification, or all
 * notifications of an outage.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  ListedNotification,
  Notification,
  RetriedNotifications,
} from "../../../supabase/functions/_shared/contracts/notifications.ts";
import { proven, withSql } from "../../support/project/database.ts";
import { withDeployment } from "../../support/processes/deployment.ts";
import { type Caller, data, post, refused } from "../../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../../support/project/people.ts";
import { readWorld } from "../../support/project/world.ts";
import { mailServer, postmarkAt, runsUntilSent } from "../../support/work/mail-server.ts";
import { notificationOf, withoutMail } from "../../support/work/notifications.ts";

const world = readWorld();
const reason = "The mail service is back.";

/**
 * Sends a notification of a kind that is dead-lettered only in this test file. Returns the
 * notification's id.
 */
async function queue({ id }: Person): Promise<string> {
  const body = {
    template: "top_up_failed",
    to: { user_id: id },
    data: {
      order_id: crypto.randomUUID(),
      amount: 2500,
      currency: "ron",
      failure_code: "insufficient_funds",
      paused: false,
      next_attempt_at: null,
    },
  };
  const as = { "x-webhook-secret": world.notificationSecret };
  return data(await post(world, "send-notification", as, body), 200, Notification).notification_id;
}

/** A mail service that refuses every message until the test repairs it. */
function failingMail() {
  let isMended = false;
  const server = mailServer(({ To }) =>
    Promise.resolve(
      isMended
        ? Response.json({ ErrorCode: 0, MessageID: crypto.randomUUID(), To })
        : Response.json({ ErrorCode: 406, Message: "inactive" }, { status: 422 }),
    )
  );
  return Object.assign(server, { mend: () => isMended = true });
}

function retry(id: string, as: Caller, key = crypto.randomUUID(), body: object = { reason }) {
  return post(world, `notifications/${id}/retry`, as, body, { key });
}

Deno.test("a dead-lettered notification is sent once, however often it is retried", async () => {
  const person = await signUp(world);
  const { as, id: operator } = await signUpOperator(world);
  await using server = failingMail();
  await withoutMail(world, async () => {
    const id = await queue(person);
    await withDeployment(world, postmarkAt(world, server.url), async (deployed) => {
      await Promise.all(await runsUntilSent(world, deployed, id, person.email, server));
      equal((await notificationOf(world, id)).state, "dead");
      refused(await retry(id, person.as), 403, "forbidden");
      refused(await retry(id, as, undefined, {}), 400, "invalid_request", "reason");

      server.mend();
      server.asked.length = 0;
      const key = crypto.randomUUID();
      const answers = await Promise.all(Array.from({ length: 3 }, () => retry(id, as, key)));
      for (const answer of answers.filter(({ status }) => status === 200)) {
        equal(data(answer, 200, ListedNotification).attempts, 0);
      }
      const again = await retry(id, as, key);
      equal(data(again, 200, ListedNotification).state, "queued");
      equal(again.headers.get("idempotency-replayed"), "true");
      refused(await retry(id, as), 409, "notification_not_dead");

      await Promise.all(await runsUntilSent(world, deployed, id, person.email, server));
      equal((await notificationOf(world, id)).state, "sent");
      const { details } = refused(await retry(id, as), 409, "notification_not_dead");
      deepEqual(details, { state: "sent" });
      equal(server.asked.filter((email) => email === person.email).length, 1);
    });
    const audit = await withSql(world, (sql) =>
      sql<{ author: string; reason: string }[]>`
      select author, reason from farthing.audit
      where table_name = 'notifications' and row_key ->> 'notification_id' = ${id}`);
    deepEqual(audit.map((row) => ({ ...row })), [{ author: `operator:${operator}`, reason }]);
  });
  await proven(world);
});

Deno.test("all dead-lettered notifications of an outage are counted, then retried", async () => {
  const people = await Promise.all([signUp(world), signUp(world)]);
  const { as } = await signUpOperator(world);
  const since = new Date().toISOString();
  const body = { since, template: "top_up_failed", last_error: "refused" };
  const ask = async (more: object) => {
    const answer = await post(world, "notifications/retry", as, { ...body, ...more });
    const { until, ...found } = data(answer, 200, RetriedNotifications);
    ok(until > since);
    return found;
  };
  await using server = failingMail();
  await withoutMail(world, async () => {
    await withDeployment(world, postmarkAt(world, server.url), async (deployed) => {
      const ids: string[] = [];
      for (const person of people) {
        const id = await queue(person);
        await Promise.all(await runsUntilSent(world, deployed, id, person.email, server));
        ids.push(id);
      }
      const found = [{ template: "top_up_failed", last_error: "refused", count: 2 }];
      deepEqual(await ask({ dry_run: true }), { dry_run: true, found, retried: 0 });
      refused(await post(world, "notifications/retry", as, body), 400, "invalid_request", "reason");
      for (const id of ids) equal((await notificationOf(world, id)).state, "dead");

      server.mend();
      server.asked.length = 0;
      deepEqual(await ask({ reason }), { dry_run: false, found, retried: 2 });
      deepEqual(await ask({ reason }), { dry_run: false, found: [], retried: 0 });
      for (const [nr, person] of people.entries()) {
        await Promise.all(await runsUntilSent(world, deployed, ids[nr]!, person.email, server));
        equal((await notificationOf(world, ids[nr]!)).state, "sent");
        equal(server.asked.filter((email) => email === person.email).length, 1);
      }
    });
  });
  await proven(world);
});
