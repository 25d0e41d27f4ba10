import assert from "node:assert/strict";
import { ApiError, type ErrorCode } from "../_shared/core/errors.ts";
import { INBOX_EVENT, makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";

const SIGNED = { "stripe-signature": "good" };

Deno.test("an event goes to the inbox in one call, and Stripe gets 200", async () => {
  const fake = await makeFake();
  const answer = await send(fake, "POST", "/stripe-webhook", { headers: SIGNED, body: {} });
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).data, { received: true });
  assert.deepEqual(fake.calls, [{ name: "inbox_receive", args: { p_event: INBOX_EVENT } }]);
});

Deno.test("the signature is checked over the body exactly as it came", async () => {
  const bodies: string[] = [];
  const readEvent = (body: string) => {
    bodies.push(body);
    return Promise.resolve(INBOX_EVENT);
  };
  const fake = await makeFake({ payments: { readEvent } });
  const raw = '{ "id":"evt_1",\r\n  "n": 1.0, "u": "\\u00e9é" }\n';
  await (await send(fake, "POST", "/stripe-webhook", { headers: SIGNED, body: raw })).text();
  assert.deepEqual(bodies, [raw]);
});

Deno.test("a duplicate or deferred event is answered as received", async () => {
  for (const state of [{ duplicate: true }, { deferred: true }] as const) {
    const answers = { inbox_receive: () => ({ received: true as const, ...state }) };
    const answer = await send(await makeFake({ answers }), "POST", "/stripe-webhook", {
      headers: SIGNED,
      body: {},
    });
    assert.equal(answer.status, 200);
    assert.deepEqual((await answer.json()).data, { received: true, ...state });
  }
});

Deno.test("an event that the inbox failed to apply is 500, so that Stripe delivers again", async () => {
  const answers = { inbox_receive: () => ({ received: true as const, failed: true as const }) };
  const answer = await send(await makeFake({ answers }), "POST", "/stripe-webhook", {
    headers: SIGNED,
    body: {},
  });
  assert.equal(answer.status, 500);
});

const OURS: readonly ErrorCode[] = ["upstream_unavailable", "not_ready", "internal"];

for (const code of OURS) {
  Deno.test(`a failure of ours (${code}) gets 500, so that Stripe delivers again (T2)`, async () => {
    const answers = { inbox_receive: () => Promise.reject(new ApiError(code)) };
    const answer = await send(await makeFake({ answers }), "POST", "/stripe-webhook", {
      headers: SIGNED,
      body: {},
    });
    assert.equal(answer.status, 500);
    assert.equal((await answer.json()).error.code, "internal");
  });
}

Deno.test("an event of another app is answered as received and does not reach the database", async () => {
  const fake = await makeFake({ payments: { readEvent: () => Promise.resolve(null) } });
  const answer = await send(fake, "POST", "/stripe-webhook", { headers: SIGNED, body: {} });
  assert.deepEqual([answer.status, (await answer.json()).data], [200, { received: true }]);
  assert.deepEqual(fake.names(), []);
});

Deno.test("a bad signature is 400 and reaches no database", async () => {
  const fake = await makeFake();
  const unsigned: Record<string, string>[] = [{}, { "stripe-signature": "bad" }];
  for (const headers of unsigned) {
    const answer = await send(fake, "POST", "/stripe-webhook", { headers, body: {} });
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).error.code, "signature_invalid");
  }
  assert.deepEqual(fake.names(), []);
});

Deno.test("an event of up to 1 MiB is accepted, and a larger event is refused", async () => {
  const fake = await makeFake();
  const MIB = 1024 * 1024;
  for (const [size, status] of [[MIB, 200], [MIB + 1, 413]] as const) {
    const answer = await send(fake, "POST", "/stripe-webhook", {
      headers: SIGNED,
      body: " ".repeat(size),
    });
    assert.equal(answer.status, status);
  }
});

Deno.test("a query string does not stop an event", async () => {
  const fake = await makeFake();
  const path = "/stripe-webhook?from=stripe";
  assert.equal((await send(fake, "POST", path, { headers: SIGNED, body: {} })).status, 200);
});
