/**
 * POST /send-notification accepts only callers with the shared secret, sends only one notification
 * for each idempotency key, and checks the data of the template.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Notification } from "../../supabase/functions/_shared/contracts/notifications.ts";
import { proven } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { backEnd, type Caller, data, post, refused } from "../support/project/http.ts";
import { emailArrives, emailsTo, notificationBecomes } from "../support/work/notifications.ts";
import { signUp } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const shared = (secret = world.notificationSecret): Caller => ({ "x-webhook-secret": secret });

const RECEIPT = {
  order_id: "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01",
  kind: "package",
  package_name: "Starter",
  amount: 999,
  currency: "usd",
  credits: "9990",
  bonus_credits: "0",
  paid_at: "2026-11-21T12:00:00Z",
};

const newAddress = () => `test-${crypto.randomUUID()}@example.com`;

function ask(body: object, as = shared(), key = crypto.randomUUID()) {
  return post(world, "send-notification", as, body, { key });
}

Deno.test("a user is notified at Auth's address, and finds the notification in their list", async () => {
  const person = await signUp(world);
  const asked = { template: "receipt", to: { user_id: person.id }, data: RECEIPT };
  const { notification_id } = data(await ask(asked), 200, Notification);
  const received = await emailArrives(world, person.email, "receipt");
  equal(received.subject, "Receipt: USD 9.99");
  const listed = await person.dataApi.from("notifications").select("id, template, data");
  deepEqual(listed.data, [{ id: notification_id, template: "receipt", data: RECEIPT }]);
  await proven(world);
});

Deno.test("an address is notified once per key, and is not stored afterwards", async () => {
  const email = newAddress();
  const key = crypto.randomUUID();
  const asked = { template: "receipt", to: { email }, data: RECEIPT };
  const { notification_id } = data(await ask(asked, shared(), key), 200, Notification);
  const again = await ask(asked, shared(), key);
  equal(again.headers.get("idempotency-replayed"), "true");
  equal(data(again, 200, Notification).notification_id, notification_id);
  const other = await ask({ ...asked, to: { email: newAddress() } }, shared(), key);
  refused(other, 422, "idempotency_key_reused");
  await emailArrives(world, email, "receipt");
  const { state, address } = await notificationBecomes(world, notification_id, "sent");
  deepEqual([state, address], ["sent", null]);
  equal((await emailsTo(world, email)).length, 1);
});

Deno.test("the secret alone is enough, and the same content again is the same notification", async () => {
  const email = newAddress();
  const asked = { template: "receipt", to: { email }, data: RECEIPT };
  const send = (body: object) => post(world, "send-notification", shared(), body, { key: null });
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(asked)));
  const ids = answers.map((answer) => data(answer, 200, Notification).notification_id);
  equal(new Set(ids).size, 1);
  const replayed = answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true");
  equal(replayed.length, 4);
  const other = await send({ ...asked, data: { ...RECEIPT, credits: "9991" } });
  const { notification_id } = data(other, 200, Notification);
  ok(!ids.includes(notification_id));
  for (const id of [ids[0]!, notification_id]) await notificationBecomes(world, id, "sent");
  equal((await emailsTo(world, email)).length, 2);
});

Deno.test("no other credential may send a notification", async () => {
  const person = await signUp(world);
  const asked = { template: "receipt", to: { user_id: person.id }, data: RECEIPT };
  for (
    const [as, status] of [
      [{}, 401],
      [shared("x".repeat(43)), 401],
      [shared(world.notificationSecret.slice(0, -1)), 401],
      [shared(`${world.notificationSecret} x`), 401],
      [backEnd(world), 403],
      [person.as, 403],
      [{ ...backEnd(world), ...shared("x".repeat(43)) }, 401],
    ] as [Caller, number][]
  ) {
    equal((await ask(asked, as)).status, status);
  }
  const listed = await person.dataApi.from("notifications").select("id");
  deepEqual(listed.data, []);
});

Deno.test("data that does not fit the template is refused by its field, as is an alert", async () => {
  const { id } = await signUp(world);
  const good = { template: "receipt", to: { user_id: id }, data: RECEIPT };
  const cases: [object, number, string][] = [
    [{ ...good, data: { ...RECEIPT, amount: "9.99" } }, 400, "data.amount"],
    [{ ...good, data: { ...RECEIPT, currency: "DOLLARS" } }, 400, "data.currency"],
    [{ ...good, data: { ...RECEIPT, package_name: "x".repeat(201) } }, 400, "data.package_name"],
    [{ ...good, data: { ...RECEIPT, html: "<b>" } }, 400, "data.html"],
    [{ ...good, data: undefined }, 400, "data"],
    [{ ...good, template: "alert", data: {} }, 400, "template"],
    [{ ...good, template: "dispute", data: {} }, 400, "template"],
    [{ ...good, template: "constructor", data: {} }, 400, "template"],
    [{ ...good, to: {} }, 400, "to"],
    [{ ...good, to: { user_id: id, email: newAddress() } }, 400, "to"],
    [{ ...good, to: { email: "a@b.test\r\nBcc: c@d.test" } }, 400, "to.email"],
    [{ ...good, to: { user_id: crypto.randomUUID() } }, 404, "user_id"],
  ];
  for (const [body, status, field] of cases) {
    const code = status === 404 ? "not_found" : "invalid_request";
    equal(refused(await ask(body), status, code).field, field, JSON.stringify(body));
  }
});

Deno.test("during a rotation both secrets are accepted, and afterwards only the new one", async () => {
  const person = await signUp(world);
  const [current, previous] = ["c".repeat(40), "p".repeat(40)];
  const asked = { template: "receipt", to: { user_id: person.id }, data: RECEIPT };
  const key = crypto.randomUUID();
  const during = { NOTIFICATION_SECRET: `${current},${previous}` };
  await withDeployment(world, during, async (deployed) => {
    const ask = (secret: string) =>
      post(deployed, "send-notification", shared(secret), asked, { key });
    const first = data(await ask(previous), 200, Notification);
    // Both secrets belong to the same caller, so the second call with the same idempotency key is a
    // repeat.
    deepEqual(data(await ask(current), 200, Notification), first);
    equal((await ask(world.notificationSecret)).status, 401);
  });
  await withDeployment(world, { NOTIFICATION_SECRET: current }, async (deployed) => {
    equal((await post(deployed, "send-notification", shared(previous), asked)).status, 401);
  });
  await withDeployment(world, { NOTIFICATION_SECRET: "" }, async (deployed) => {
    const { status } = await post(deployed, "send-notification", shared(current), asked);
    equal(status, 503);
  });
});

Deno.test("hostile data is written as text", async () => {
  const person = await signUp(world);
  const package_name = `<img src=x onerror=alert(1)>\r\nBcc: a@b.test\u202e "&`;
  const data_ = { ...RECEIPT, package_name };
  const asked = { template: "receipt", to: { user_id: person.id }, data: data_ };
  const { notification_id } = data(await ask(asked), 200, Notification);
  const { html, text, subject } = await emailArrives(world, person.email, "receipt");
  // Another test may give the shop a logo, so the email may also contain the img element of the
  // logo.
  ok(!html.includes("<img src=x") && html.includes("&lt;img src=x"), html);
  ok(!/[\r\u202e]|^Bcc/m.test(text + subject), text);
  await notificationBecomes(world, notification_id, "sent");
});
