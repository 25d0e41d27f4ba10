import assert from "node:assert/strict";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { makeFake } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";
import { TOKENS } from "#support/cases/usage.ts";

const BODY = { user_id: USER_ID, ...TOKENS };
const KEY = { "idempotency-key": "key-1" };

Deno.test("a charge passes the user, the usage and the trace id as separate arguments", async () => {
  const fake = await makeFake();
  const body = {
    ...BODY,
    event_id: "event-9",
    cached_input_tokens: 7,
    occurred_at: "2026-11-20T10:00:00+01:00",
    metadata: { feature: "chat", nested: { a: [1, "2", null] } },
  };
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const answer = await send(fake, "POST", "/usage", {
    as: "secret",
    headers: { ...KEY, traceparent },
    body,
  });
  assert.equal(answer.status, 201, await answer.text());
  const { user_id, ...usage } = body;
  assert.equal(fake.calls[0]?.args.p_user_id, user_id);
  assert.deepEqual(fake.calls[0]?.args.p_usage, usage);
  assert.equal(fake.calls[0]?.args.p_correlation_id, "4bf92f3577b34da6a3ce929d0e0e4736");
});

Deno.test("a caller's correlation_id replaces the trace id", async () => {
  const fake = await makeFake();
  const body = { ...BODY, correlation_id: "job-7" };
  await (await send(fake, "POST", "/usage", { as: "secret", headers: KEY, body })).text();
  assert.equal(fake.calls[0]?.args.p_correlation_id, "job-7");
  assert.equal("correlation_id" in (fake.calls[0]?.args.p_usage as object), false);
});

Deno.test("a known event is answered with 200 and marked as a duplicate", async () => {
  const first = {
    transaction_id: "t",
    event_id: "event-1",
    credits: "50",
    balance_after: "0",
    rate_version: 1,
    lots: [],
    duplicate: true as const,
  };
  const answers = { usage_charge: () => ({ status: 200, replayed: false, data: first }) };
  const fake = await makeFake({ answers });
  const answer = await send(fake, "POST", "/usage", { as: "secret", headers: KEY, body: BODY });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.has("idempotency-replayed"), false);
  assert.deepEqual((await answer.json()).data, first);
});

Deno.test("a batch takes a thousand events", async () => {
  const fake = await makeFake();
  const events = Array.from({ length: 1000 }, (_, index) => ({ event_id: `e${index}`, ...BODY }));
  const answer = await send(fake, "POST", "/usage/batch", {
    as: "secret",
    headers: KEY,
    body: { events },
  });
  assert.equal(answer.status, 200, await answer.text());
  assert.deepEqual(fake.calls[0]?.args.p_events, events);
});

Deno.test("the metrics count the conflicts of a batch", async () => {
  const metrics = countedMetrics();
  const rejected = ["usage_conflict", "unknown_model", "usage_conflict"]
    .map((code, index) => ({ index, event_id: `e${index}`, code }));
  const data = { accepted: 0, duplicates: 0, rejected, results: [] };
  const fake = await makeFake({
    overrides: { metrics },
    answers: { usage_charge_batch: () => ({ status: 200, replayed: false, data }) },
  });
  const answer = await send(fake, "POST", "/usage/batch", {
    as: "secret",
    headers: KEY,
    body: { events: [{ event_id: "e0", ...BODY }] },
  });
  assert.deepEqual((await answer.json()).data, data);
  assert.deepEqual(metrics.counts, { "usage_conflicts batch": 2 });
});

Deno.test("an event of a batch needs an id of its own", async () => {
  const body = { events: [BODY] };
  const answer = await send(await makeFake(), "POST", "/usage/batch", {
    as: "secret",
    headers: KEY,
    body,
  });
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error.field, "events[0].event_id");
});

Deno.test("an estimate with a user_id is refused", async () => {
  const answer = await send(await makeFake(), "POST", "/usage/estimate", {
    as: "user",
    body: BODY,
  });
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error.field, "user_id");
});
