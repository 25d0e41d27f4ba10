import assert from "node:assert/strict";
import { type Fake, INBOX_EVENT, makeFake } from "#support/fakes/services.ts";
import { OTHER_SECRET_KEY } from "#support/project.ts";
import { HOLD_ID } from "#support/samples/database.ts";
import { ROUTE_CASES, send, sendCase } from "#support/cases/routes.ts";
import { ApiError, type ErrorCode } from "../../core/errors.ts";

const IDEMPOTENT = ROUTE_CASES.filter(({ isIdempotent }) => isIdempotent);
const usage = ROUTE_CASES.find(({ path }) => path === "/usage")!;

function keyed(key: string) {
  return { headers: { "idempotency-key": key } };
}

function argsOf(fake: Fake, index = 0) {
  const { p_idempotency_key, p_fingerprint, p_kept_seconds } = fake.calls[index]!.args;
  return { key: p_idempotency_key, fingerprint: p_fingerprint, keptSeconds: p_kept_seconds };
}

Deno.test("every unsafe route requires an Idempotency-Key, unless it declares otherwise", async () => {
  const demanding = IDEMPOTENT.filter(({ isKeyOptional }) => !isKeyOptional);
  assert(demanding.length >= 10);
  for (const { method, path, body, as, headers = {} } of demanding) {
    const fake = await makeFake();
    const answer = await send(fake, method, path, { as, body, headers });
    assert.equal(answer.status, 400, path);
    assert.equal((await answer.json()).error.code, "missing_idempotency_key");
    assert.deepEqual(fake.names(), []);
  }
});

Deno.test("a key is 1 to 255 printable ASCII characters", async () => {
  for (const key of ["k", "x".repeat(255), "a key with spaces", "~!@#$%^&*()"]) {
    assert.equal((await sendCase(await makeFake(), usage, keyed(key))).status, 201, key);
  }
  for (const key of ["", '""', "x".repeat(256), "tab\tinside", "\u00fcml"]) {
    const answer = await sendCase(await makeFake(), usage, keyed(key));
    assert.equal(answer.status, 400, key);
    assert.equal((await answer.json()).error.code, "missing_idempotency_key");
  }
});

Deno.test("a quoted key is the same key as the bare one", async () => {
  const fake = await makeFake();
  for (const key of ["abc", '"abc"']) await (await sendCase(fake, usage, keyed(key))).text();
  assert.deepEqual(argsOf(fake, 0), argsOf(fake, 1));
  const [first, second] = fake.calls.map(({ args }) => args.p_usage);
  assert.deepEqual(first, second);
});

Deno.test("the key and the request are hashed, and event_id defaults to the key", async () => {
  const fake = await makeFake();
  await (await sendCase(fake, usage, keyed("abc"))).text();
  assert.match(String(argsOf(fake).key), /^[0-9a-f]{64}$/);
  assert.match(String(argsOf(fake).fingerprint), /^[0-9a-f]{64}$/);
  assert.equal((fake.calls[0]?.args.p_usage as { event_id: string }).event_id, "abc");
});

Deno.test("a key belongs to its caller and its route", async () => {
  const fake = await makeFake();
  const apikey = { ...keyed("abc").headers, apikey: OTHER_SECRET_KEY };
  await (await sendCase(fake, usage, keyed("abc"))).text();
  await (await sendCase(fake, usage, { headers: apikey })).text();
  for (const route of IDEMPOTENT) await (await sendCase(fake, route, keyed("abc"))).text();
  const first = fake.calls.filter(({ args }) => "p_fingerprint" in args);
  const keys = first.slice(1).map(({ args }) => args.p_idempotency_key);
  assert.equal(new Set(keys).size, IDEMPOTENT.length + 1);
});

Deno.test("another body or another id in the path is another fingerprint under the same key", async () => {
  const fake = await makeFake();
  const settle = (id: number, amount: string) =>
    send(fake, "POST", `/credits/holds/1c7e2f4a-2c1b-4b51-8b7a-6f0a9d8e7c0${id}/settle`, {
      as: "secret",
      body: { amount },
      ...keyed("abc"),
    });
  await Promise.all([settle(1, "1"), settle(1, "2"), settle(2, "1")]);
  const asked = fake.calls.map((_, index) => argsOf(fake, index));
  assert.equal(new Set(asked.map(({ key }) => key)).size, 1);
  assert.equal(new Set(asked.map(({ fingerprint }) => fingerprint)).size, 3);
});

Deno.test("an id in capitals is the same request, about the same hold", async () => {
  const fake = await makeFake();
  for (const id of [HOLD_ID, HOLD_ID.toUpperCase()]) {
    const path = `/credits/holds/${id}/settle`;
    const body = { amount: "1" };
    const answer = await send(fake, "POST", path, { as: "secret", body, ...keyed("abc") });
    assert.equal(answer.status, 200, await answer.text());
  }
  assert.deepEqual(argsOf(fake, 0), argsOf(fake, 1));
  assert.deepEqual(fake.calls.map(({ args }) => args.p_hold_id), [HOLD_ID, HOLD_ID]);
});

const notification = IDEMPOTENT.find(({ isKeyOptional }) => isKeyOptional)!;

/**
 * Sends requests with these bodies and without a key. Returns the arguments that reach the
 * database.
 */
async function argsWithoutKey(...bodies: unknown[]) {
  const fake = await makeFake();
  const { method, path, as, headers = {} } = notification;
  for (const body of bodies) {
    const answer = await send(fake, method, path, {
      as,
      headers,
      body: JSON.stringify(body, null, 2),
    });
    assert.equal(answer.status, notification.status, await answer.text());
  }
  return fake.calls.map((_, index) => argsOf(fake, index));
}

Deno.test("without the optional key the content is the key: equal contents are one request", async () => {
  const { template, to, data } = notification.body as Record<string, Record<string, unknown>>;
  const reversed = Object.fromEntries(Object.entries(data!).reverse());
  const [first, again, other] = await argsWithoutKey(
    { template, to, data },
    { data: reversed, to, template },
    { template, to, data: { ...data, credits: "1" } },
  );
  assert.deepEqual(first, again);
  assert.equal(first!.keptSeconds, 600);
  assert.notEqual(first!.key, other!.key);
});

Deno.test("a sent key is used even where it is optional", async () => {
  const fake = await makeFake();
  const argsWith = async (key: string) => {
    await (await sendCase(fake, notification, keyed(key))).text();
    return argsOf(fake, fake.calls.length - 1);
  };
  const given = await argsWith("abc");
  assert.equal(given.keptSeconds, undefined);
  assert.notEqual((await argsWith("abd")).key, given.key);
  const refused = await sendCase(fake, notification, keyed(""));
  assert.equal((await refused.json()).error.code, "missing_idempotency_key");
});

Deno.test("a refusal is not stored if the content is the key, since a retry may succeed", async () => {
  const answers = { notifications_send: () => Promise.reject(new ApiError("not_found")) };
  const fake = await makeFake({ answers });
  const { method, path, as, headers = {}, body } = notification;
  assert.equal((await send(fake, method, path, { as, headers, body })).status, 404);
  assert.deepEqual(fake.names(), ["notifications_send"]);
  await (await sendCase(fake, notification)).body?.cancel();
  assert.deepEqual(fake.names().slice(1), ["notifications_send", "idempotency_store"]);
});

Deno.test("a replayed success has Idempotency-Replayed and keeps its status", async () => {
  const data = { transaction_id: "t", event_id: "e", credits: "1" };
  const answers = { usage_charge: () => ({ status: 201, replayed: true, data }) };
  const fake = await makeFake({ answers: answers as never });
  const answer = await sendCase(fake, usage);
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get("idempotency-replayed"), "true");
  assert.deepEqual((await answer.json()).data, data);
});

Deno.test("a replayed refusal is the same error, in the error envelope", async () => {
  const error = new ApiError("insufficient_credits", {
    details: { required: "2", available: "1" },
  });
  const stored = { status: 402, replayed: true, data: error.body };
  const fake = await makeFake({ answers: { usage_charge: () => stored } });
  const answer = await sendCase(fake, usage);
  const body = await answer.json();
  assert.equal(answer.status, 402);
  assert.equal(answer.headers.get("idempotency-replayed"), "true");
  assert.deepEqual(body.error, error.body);
  assert.equal("success" in body, false);
  assert.deepEqual(fake.names(), ["usage_charge"]);
});

const KEPT: readonly ErrorCode[] = [
  "insufficient_credits",
  "spend_cap_reached",
  "not_found",
  "hold_not_open",
  "unknown_model",
  "unknown_package",
];
const NOT_KEPT: readonly ErrorCode[] = [
  "invalid_request",
  "idempotency_in_progress",
  "idempotency_key_reused",
  "forbidden",
  "request_timeout",
  "rate_limited",
  "upstream_unavailable",
  "internal",
];

for (const code of [...KEPT, ...NOT_KEPT]) {
  const isKept = KEPT.includes(code);
  Deno.test(`a refusal with ${code} is ${isKept ? "stored" : "not stored"} for repeats`, async () => {
    const error = new ApiError(code);
    const answers = { usage_charge: () => Promise.reject(error) };
    const fake = await makeFake({ answers });
    const answer = await sendCase(fake, usage);
    assert.equal(answer.status, error.status);
    assert.equal((await answer.json()).error.code, code);
    assert.deepEqual(fake.names(), ["usage_charge", ...(isKept ? ["idempotency_store"] : [])]);
    if (!isKept) return;
    assert.deepEqual(argsOf(fake, 1), argsOf(fake, 0));
    assert.equal(fake.calls[1]?.args.p_status, error.status);
    assert.deepEqual(fake.calls[1]?.args.p_data, error.body);
  });
}

Deno.test("a refusal that cannot be stored is still answered", async () => {
  const answers = {
    usage_charge: () => Promise.reject(new ApiError("insufficient_credits")),
    idempotency_store: () => Promise.reject(new Error("gone")),
  };
  const fake = await makeFake({ answers });
  assert.equal((await sendCase(fake, usage)).status, 402);
});

Deno.test("a repeat of a running request gets Retry-After", async () => {
  const error = new ApiError("idempotency_in_progress", { retryAfterSeconds: 1 });
  const fake = await makeFake({ answers: { usage_charge: () => Promise.reject(error) } });
  const answer = await sendCase(fake, usage);
  assert.equal(answer.status, 409);
  assert.equal(answer.headers.get("retry-after"), "1");
  assert.equal((await answer.json()).error.retryable, true);
});

Deno.test("a webhook needs no key, because the event's id identifies it", () => {
  assert.equal(typeof INBOX_EVENT.id, "string");
  assert(!IDEMPOTENT.some(({ path }) => path === "/stripe-webhook"));
});
