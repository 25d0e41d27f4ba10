/**
 * The mail service is unavailable, refuses emails, or does not answer. No payment waits for the mail
 * service, and no email is sent twice.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Notification } from "../../../supabase/functions/_shared/contracts/notifications.ts";
import { proven, withMail, withSql } from "../../support/project/database.ts";
import { withDeployment } from "../../support/processes/deployment.ts";
import { data, post } from "../../support/project/http.ts";
import {
  callNotificationRunner,
  emailsTo,
  makeDue,
  notificationBecomes,
  notificationOf,
  notificationsOfUser,
  withoutMail,
} from "../../support/work/notifications.ts";
import { type Person, signUp } from "../../support/project/people.ts";
import { balanceOf, buy } from "../../support/money/purchases.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";
import { mailServer, postmarkAt, runsUntilSent } from "../../support/work/mail-server.ts";

const world = readWorld();

/** Sends a notification to a person and returns its id. */
async function tell({ id }: Person): Promise<string> {
  const asked = {
    template: "low_balance",
    to: { user_id: id },
    data: { available: "1", threshold: "500" },
  };
  const as = { "x-webhook-secret": world.notificationSecret };
  return data(await post(world, "send-notification", as, asked), 200, Notification).notification_id;
}

const never = () => new Promise<Response>(() => {});

Deno.test("without mail a purchase is complete at once, and its receipt is sent later", async () => {
  const buyer = await signUp(world);
  const notification = await withoutMail(world, async () => {
    await buy(world, buyer);
    equal((await balanceOf(world, buyer.id)).balance, "9990");
    return await until("a runner has attempted to send the receipt", async () => {
      await callNotificationRunner(world);
      const [found] = await notificationsOfUser(world, buyer.id, "receipt");
      return found?.state === "failed" ? found : undefined;
    });
  });
  deepEqual(await emailsTo(world, buyer.email), []);
  // Either the mail service refused the connection, or the circuit breaker was open.
  ok(["not_sent", "not_asked"].includes(notification.last_error!), notification.last_error!);
  await withMail(
    world,
    "shared",
    () => notificationBecomes(world, notification.notification_id, "sent"),
  );
  equal((await emailsTo(world, buyer.email, "receipt")).length, 1);
  await proven(world);
});

Deno.test("a notification that mail refuses eight times is dead-lettered, and stays listed", async () => {
  const person = await signUp(world);
  const busy = () => Promise.resolve(new Response("{}", { status: 429 }));
  await using server = mailServer(busy);
  await withoutMail(world, async () => {
    const notification = await tell(person);
    await withDeployment(world, postmarkAt(world, server.url), async (deployed) => {
      const dead = await until("the notification is dead-lettered", async () => {
        await makeDue(world, notification);
        await callNotificationRunner(deployed);
        const now = await notificationOf(world, notification);
        return now.state === "dead" ? now : undefined;
      });
      equal(dead.attempts, 8);
      await makeDue(world, notification);
      await callNotificationRunner(deployed);
      equal((await notificationOf(world, notification)).state, "dead");
    });
  });
  await proven(world);
});

Deno.test("a permanently refused address is attempted once", async () => {
  const person = await signUp(world);
  const refuse = ({ To }: { To?: string }) =>
    Promise.resolve(Response.json({ ErrorCode: 406, Message: `inactive: ${To}` }, { status: 422 }));
  await using server = mailServer(refuse);
  await withoutMail(world, async () => {
    const notification = await tell(person);
    await withDeployment(world, postmarkAt(world, server.url), async (deployed) => {
      await Promise.all(await runsUntilSent(world, deployed, notification, person.email, server));
      const { state, last_error } = await notificationOf(world, notification);
      deepEqual([state, last_error], ["dead", "refused"]);
      await callNotificationRunner(deployed);
      equal(server.asked.filter((email) => email === person.email).length, 1);
    });
  });
});

Deno.test("a notification of a killed runner is uncertain, and is not sent again", async () => {
  const person = await signUp(world);
  await using server = mailServer(never);
  const notification = await withoutMail(world, async () => {
    const notification = await tell(person);
    await withDeployment(world, postmarkAt(world, server.url), async (deployed, kill) => {
      const running = await runsUntilSent(world, deployed, notification, person.email, server);
      equal((await notificationOf(world, notification)).state, "sending");
      await kill();
      await Promise.all(running);
    });
    return notification;
  });
  await withSql(world, (sql) =>
    sql`
    update farthing.notifications set leased_until = now()
      where notification_id = ${notification} and state = 'sending'`);
  await withMail(world, "shared", async () => {
    const { last_error, attempts } = await notificationBecomes(world, notification, "uncertain");
    equal(last_error, "runner_lost");
    ok(attempts >= 1);
    await callNotificationRunner(world);
  });
  deepEqual(await emailsTo(world, person.email), []);
  equal(server.asked.filter((email) => email === person.email).length, 1);
});

Deno.test("a notification of a killed runner is repeated at Resend, and one email arrives", async () => {
  const person = await signUp(world);
  const taken: string[] = [];
  // The first request reaches the mail service, but its answer is lost. The second request is answered.
  await using server = mailServer(async (body) => {
    const { to } = body as { to?: string[] };
    const key = to?.[0] ?? "";
    const headers = { "content-type": "application/json", "idempotency-key": key };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const answer = await (await fetch(`${world.mailUrl}/emails`, init)).text();
    taken.push(key);
    const isFirst = taken.filter((each) => each === key).length === 1;
    return isFirst ? await never() : new Response(answer);
  });
  const resend = {
    ...postmarkAt(world, server.url),
    POSTMARK_SERVER_TOKEN: "",
    RESEND_API_KEY: "re_local",
  };
  // The stack's runner uses Postmark, whose emulator is unavailable. So the stack's runner can't send the
  // notification first.
  const notification = await withoutMail(world, async () => {
    const notification = await tell(person);
    // Perhaps the mail service Resend has already sent the notification, so no other mail service
    // is allowed to send it again. The test makes this notification due before those of other
    // tests.
    await withSql(world, (sql) =>
      sql`
      update farthing.notifications set state = 'failed', sender = 'resend', last_error = 'no_answer',
        in_doubt_since = now(), next_attempt_at = 'epoch', lease_id = null, leased_until = null,
        finished_at = null, attempts = 1
      where notification_id = ${notification}`);
    return notification;
  });
  const emails = (await emailsTo(world, person.email)).length;
  await withMail(world, "shared", async () => {
    await withDeployment(world, resend, async (deployed, kill) => {
      const running = callNotificationRunner(deployed).catch(() => {});
      await until(
        "Resend has received the request",
        () => taken.includes(person.email) || undefined,
      );
      await kill();
      await running;
    });
    await withSql(world, (sql) =>
      sql`
      update farthing.notifications set leased_until = now()
      where notification_id = ${notification} and state = 'sending'`);
    await withDeployment(world, resend, async (deployed) => {
      await notificationBecomes(deployed, notification, "sent");
    });
  });
  equal(taken.filter((email) => email === person.email).length, 2);
  equal((await emailsTo(world, person.email)).length, emails + 1);
});

Deno.test("runners at once send each notification once", async () => {
  const people = await Promise.all(Array.from({ length: 12 }, () => signUp(world)));
  await withMail(world, "shared", async () => {
    // An earlier test may have opened the stack's circuit breaker. Once this notification is sent,
    // the circuit breaker is closed.
    await notificationBecomes(world, await tell(await signUp(world)), "sent");
    await withDeployment(world, postmarkAt(world, world.mailUrl), async (deployed) => {
      const telling = people.map((person) => tell(person));
      const running = Array.from(
        { length: 6 },
        (_, nr) => callNotificationRunner(nr % 2 ? world : deployed),
      );
      const notifications = await Promise.all(telling);
      await Promise.all(running);
      await Promise.all([callNotificationRunner(world), callNotificationRunner(deployed)]);
      for (const notification of notifications) {
        equal((await notificationBecomes(world, notification, "sent")).attempts, 1);
      }
    });
    for (const { email } of people) {
      equal((await emailsTo(world, email, "low_balance")).length, 1, email);
    }
  });
});
