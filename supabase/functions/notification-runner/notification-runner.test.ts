import assert from "node:assert/strict";
import type { AlertData } from "../_shared/adapters/webhook/alert-data.ts";
import { AlertRefused } from "../_shared/adapters/webhook/webhook.ts";
import type { NotificationToSend } from "../_shared/contracts/database/results/notifications.ts";
import { EnvError } from "../_shared/core/env.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { type MailMessage, MailNotSent, MailRefused } from "../_shared/adapters/mail/mail.ts";
import { BreakerOpen } from "../_shared/resilience/resilience-policy.ts";
import { type Fake, makeFake } from "#support/fakes/services.ts";
import { NOTIFICATION } from "#support/samples/notifications.ts";
import { send } from "#support/cases/routes.ts";

const ALERT = {
  incident_id: "7",
  rule: "webhook_backlog",
  severity: "critical",
  summary: "12 events wait.",
  value: "12",
  threshold: "10",
  runbook: "webhooks.md",
  fired_at: "2026-11-21T12:00:00+00:00",
};
const TO_OPERATORS: NotificationToSend = {
  ...NOTIFICATION,
  recipient: "operators",
  address: null,
  template: "alert",
  data: ALERT,
};
const TO_WEBHOOK: NotificationToSend = { ...TO_OPERATORS, recipient: "webhook" };

function run(fake: Fake) {
  return send(fake, "POST", "/notification-runner", { as: "secret" });
}

/** Stubs a database that gives out each of these notifications once. */
function queueOf(...notifications: NotificationToSend[]) {
  return {
    notifications_claim: ({ p_limit }: { p_limit: number }) => notifications.splice(0, p_limit),
  };
}

function many(count: number): NotificationToSend[] {
  return Array.from(
    { length: count },
    (_, nr) => ({ ...NOTIFICATION, notification_id: `notification-${nr}` }),
  );
}

/** Returns the outcomes that the runner reported to the database. */
function notedBy({ calls }: Fake) {
  return calls.filter(({ name }) =>
    name === "notifications_sent" || name === "notifications_failed"
  )
    .map(({ name, args }) =>
      name === "notifications_sent" ? ["sent", args.p_provider_id] : [args.p_outcome, args.p_error]
    );
}

const timedOut = () => new ApiError("upstream_unavailable", { internal: "mail: no answer" });
const away = () =>
  new MailNotSent({ internal: "mail: the service was not reached", isOutage: true });

Deno.test("a run sends due notifications with their ids as keys, and keeps its isolate alive", async () => {
  const sent: MailMessage[] = [];
  const mail = { send: (message: MailMessage) => Promise.resolve(`id-${sent.push(message)}`) };
  const fake = await makeFake({ answers: queueOf(NOTIFICATION, TO_OPERATORS), mail });
  assert.deepEqual((await (await run(fake)).json()).data, { sent: 2, failed: 0 });
  assert.deepEqual(sent.map(({ to, subject, key, tag }) => [to, subject, key, tag]), [
    [["ann@example.com"], "Receipt: USD 9.99", NOTIFICATION.notification_id, "receipt"],
    [
      ["operator@example.com"],
      "[critical] webhook_backlog: 12 events wait.",
      NOTIFICATION.notification_id,
      "alert",
    ],
  ]);
  assert(sent[1]!.html.includes('href="https://runbooks.example.com/webhooks.md"'));
  assert.deepEqual(notedBy(fake), [["sent", "id-1"], ["sent", "id-2"]]);
  assert.equal(fake.background.length, 1);
});

Deno.test("an email is written in the locale and for the shop of its claim", async () => {
  const sent: MailMessage[] = [];
  const mail = { send: (message: MailMessage) => Promise.resolve(`id-${sent.push(message)}`) };
  const look = { locale: "de-AT", shop: { name: "Kékfény" } };
  const answers = queueOf({ ...NOTIFICATION, ...look }, { ...TO_OPERATORS, ...look });
  const fake = await makeFake({ answers, mail });
  assert.deepEqual((await (await run(fake)).json()).data, { sent: 2, failed: 0 });
  assert.deepEqual(fake.calls[0]?.args.p_languages, ["en", "de"]);
  const [receipt, alert] = sent as [MailMessage, MailMessage];
  assert.equal(receipt.subject, "Beleg: USD 9,99");
  assert(receipt.text.endsWith("\n-- \nKékfény\n"), receipt.text);
  assert.equal(alert.subject, "[critical] webhook_backlog: 12 events wait.");
});

Deno.test("a webhook gets alerts as they are and disputes in the same form", async () => {
  const posted: unknown[] = [];
  const dispute = {
    dispute_id: "du_1",
    phase: "lost",
    order_id: null,
    booking_id: null,
    amount: 999,
    currency: "usd",
    reason: null,
    at: "2026-11-21T12:00:00+00:00",
  };
  const postAlert = (alert: unknown) => Promise.resolve(void posted.push(alert));
  const disputed: NotificationToSend = { ...TO_WEBHOOK, template: "dispute", data: dispute };
  const fake = await makeFake({
    answers: queueOf(TO_WEBHOOK, disputed),
    operators: { postAlert },
  });
  assert.deepEqual((await (await run(fake)).json()).data, { sent: 2, failed: 0 });
  assert.deepEqual(posted, [
    { id: NOTIFICATION.notification_id, data: ALERT },
    {
      id: NOTIFICATION.notification_id,
      data: {
        incident_id: "du_1:lost",
        rule: "dispute",
        severity: "critical",
        summary: "lost: USD 9.99, 21 November 2026 at 12:00 UTC.",
        value: "999",
        threshold: "0",
        runbook: "docs/runbooks/disputes.md",
        fired_at: "2026-11-21T12:00:00+00:00",
      },
    },
  ]);
});

Deno.test("a head of the ledger goes to the log and to the webhook", async () => {
  const head = {
    head_nr: 7,
    hash: "ab".repeat(32),
    accounts: 3,
    entries: 41,
    balance: "9990.5",
    made_at: "2026-11-21T12:00:00+00:00",
  };
  const posted: AlertData[] = [];
  const fake = await makeFake({
    answers: queueOf({ ...TO_WEBHOOK, template: "anchor", data: head }),
    operators: { postAlert: ({ data }) => Promise.resolve(void posted.push(data)) },
  });
  assert.deepEqual((await (await run(fake)).json()).data, { sent: 1, failed: 0 });
  assert.deepEqual(posted.map(({ severity, value }) => [severity, value]), [["info", head.hash]]);
  assert(JSON.stringify(fake.lines).includes(head.hash));
});

Deno.test("a head of the ledger goes to the log where no webhook is configured", async () => {
  const data = { head_nr: 7, hash: "ab".repeat(32) };
  const fake = await makeFake({
    answers: queueOf({ ...TO_WEBHOOK, template: "anchor", data }),
    operators: { postAlert: null },
  });
  assert.deepEqual((await (await run(fake)).json()).data, { sent: 0, failed: 1 });
  assert(JSON.stringify(fake.lines).includes(data.hash));
});

Deno.test("each outcome of a notification is recorded", async () => {
  const cases: [NotificationToSend, Error | null, boolean, [string, string]][] = [
    [NOTIFICATION, new MailRefused("code 406"), false, ["never", "refused"]],
    [NOTIFICATION, away(), false, ["again", "not_sent"]],
    [NOTIFICATION, new BreakerOpen("mail", 1_000), false, ["not_asked", "not_asked"]],
    [NOTIFICATION, timedOut(), false, ["unknown", "no_answer"]],
    [NOTIFICATION, timedOut(), true, ["again", "no_answer"]],
    [NOTIFICATION, new Error("a bug"), false, ["unknown", "no_answer"]],
    [{ ...NOTIFICATION, address: null }, null, false, ["never", "no_recipient"]],
    [{ ...NOTIFICATION, template: "nothing" }, null, false, ["never", "bad_data"]],
    [{ ...NOTIFICATION, data: {} }, null, false, ["never", "bad_data"]],
    [TO_WEBHOOK, new AlertRefused("HTTP 404"), false, ["never", "refused"]],
    [TO_WEBHOOK, timedOut(), false, ["again", "no_answer"]],
    [{ ...TO_WEBHOOK, template: "receipt" }, null, false, ["never", "bad_data"]],
  ];
  for (const [notification, error, knowsRepeats, noted] of cases) {
    const fail = () => error === null ? Promise.resolve("x") : Promise.reject(error);
    const fake = await makeFake({
      answers: queueOf(notification),
      mail: { send: fail, knowsRepeats },
      operators: { postAlert: async () => void await fail() },
    });
    assert.deepEqual((await (await run(fake)).json()).data, { sent: 0, failed: 1 });
    assert.deepEqual(notedBy(fake), [noted]);
    const lines = JSON.stringify(fake.lines);
    assert(!lines.includes("ann@example.com"), lines);
  }
});

Deno.test("a notification without an email address or a webhook is recorded as never sent", async () => {
  const fake = await makeFake({
    answers: queueOf(TO_OPERATORS, TO_WEBHOOK),
    operators: { emails: [], postAlert: null },
  });
  assert.deepEqual((await (await run(fake)).json()).data, { sent: 0, failed: 2 });
  assert.deepEqual(notedBy(fake), [["never", "no_recipient"], ["never", "no_recipient"]]);
});

Deno.test("the service's Retry-After is passed on to the database", async () => {
  const busy = new MailNotSent({ internal: "busy", isOutage: false, retryAfterSeconds: 17 });
  const fake = await makeFake({
    answers: queueOf(NOTIFICATION),
    mail: { send: () => Promise.reject(busy) },
  });
  await run(fake);
  assert.equal(
    fake.calls.find(({ name }) => name === "notifications_failed")?.args.p_retry_after,
    17,
  );
});

Deno.test("a run continues batch by batch, and stops when every email is deferred", async () => {
  const all = await makeFake({ answers: queueOf(...many(25)) });
  assert.deepEqual((await (await run(all)).json()).data, { sent: 25, failed: 0 });
  const leases = all.calls.filter(({ name }) => name === "notifications_claim")
    .map(({ args }) => String(args.p_lease_id));
  // A repeated claim with the same lease returns the same notifications, so each batch needs a
  // lease of its own. The fourth claim finds no notification. The run needs this claim, because a
  // notification that is queued during the third batch does not start a run of its own.
  assert.deepEqual([leases.length, new Set(leases).size], [4, 4]);
  for (const lease of leases) assert.match(lease, /^[0-9a-f-]{36}$/);
  for (const error of [away(), new BreakerOpen("mail", 1_000)]) {
    const none = await makeFake({
      answers: queueOf(...many(25)),
      mail: { send: () => Promise.reject(error) },
    });
    assert.deepEqual((await (await run(none)).json()).data, { sent: 0, failed: 10 });
  }
});

Deno.test("emails do not wait behind an unavailable webhook", async () => {
  const alerts = Array.from({ length: 15 }, () => TO_WEBHOOK);
  const fake = await makeFake({
    answers: queueOf(...alerts, ...many(12)),
    operators: { postAlert: () => Promise.reject(new BreakerOpen("webhook", 1_000)) },
  });
  assert.deepEqual((await (await run(fake)).json()).data, { sent: 12, failed: 15 });
});

Deno.test("a run ends when its time is up, with notifications left", async () => {
  // Each read of the clock advances it by 30 s. A run has 100 s.
  let seconds = 0;
  const now = () => new Date((seconds += 30) * 1000);
  const fake = await makeFake({ answers: queueOf(...many(90)), now });
  const { sent } = (await (await run(fake)).json()).data;
  assert(sent > 0 && sent < 90, String(sent));
});

Deno.test("without mail only webhooks are claimed, and an invalid configuration fails the run", async () => {
  const cases: [Error, number][] = [
    [new ApiError("not_ready", { internal: "no key" }), 200],
    [new EnvError(["MAIL_FROM"]), 503],
  ];
  for (const [error, status] of cases) {
    const overrides = { mail: () => Promise.reject(error) };
    const fake = await makeFake({ answers: queueOf(TO_WEBHOOK), overrides });
    assert.equal((await run(fake)).status, status);
    const [claim] = fake.calls;
    assert.deepEqual([claim?.name, claim?.args.p_mail], ["notifications_claim", undefined]);
    assert.deepEqual(notedBy(fake), [["sent", undefined]]);
  }
});

Deno.test("an unexpected error of the mail service's setup fails the run before a claim", async () => {
  const overrides = { mail: () => Promise.reject(new ApiError("internal")) };
  const fake = await makeFake({ answers: queueOf(TO_WEBHOOK), overrides });
  assert.equal((await run(fake)).status, 500);
  assert.deepEqual(fake.names(), []);
});

Deno.test("a result that cannot be recorded leaves the others recorded, and the run fails", async () => {
  const answers = {
    ...queueOf(...many(3)),
    notifications_sent: ({ p_notification_id }: { p_notification_id: string }) => {
      if (p_notification_id === "notification-1") throw new ApiError("upstream_unavailable");
      return { known: true };
    },
  };
  const fake = await makeFake({ answers });
  assert.equal((await run(fake)).status, 503);
  assert.equal(notedBy(fake).length, 3);
  assert(
    !fake.names().includes("notifications_failed"),
    "a sent notification is not to be sent again",
  );
});

Deno.test("two runners at once send each notification once", async () => {
  const keys: string[] = [];
  const mail = { send: ({ key }: MailMessage) => Promise.resolve(`id-${keys.push(key)}`) };
  const fake = await makeFake({ answers: queueOf(...many(23)), mail });
  await Promise.all([run(fake), run(fake)]);
  assert.deepEqual([keys.length, new Set(keys).size], [23, 23]);
});
