import assert from "node:assert/strict";
import { makeFake } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { ROUTE_CASES, type RouteCase, send, sendCase } from "#support/cases/routes.ts";
import { TOKENS } from "#support/cases/usage.ts";

const WITH_BODY = ROUTE_CASES.filter(({ body, path }) =>
  body !== undefined && path !== "/stripe-webhook"
);

const KIB = 1024;

interface Refused {
  readonly status?: number;
  readonly code?: string;
  readonly field?: string | undefined;
}

/** Sends the route's request with `body`; asserts a refusal before the request reaches the database. */
async function checkRefused(route: RouteCase, body: unknown, expected: Refused = {}) {
  const fake = await makeFake();
  const answer = await sendCase(fake, route, { body });
  const text = await answer.text();
  const { error } = JSON.parse(text);
  assert.equal(answer.status, expected.status ?? 400, `${route.path}: ${text}`);
  assert.equal(error.code, expected.code ?? "invalid_request");
  if ("field" in expected) assert.equal(error.field ?? error.param, expected.field, text);
  assert.deepEqual(fake.names(), [], `${route.path} reached the database`);
}

function routeAt(path: string): RouteCase {
  return ROUTE_CASES.find((route) => route.path === path)!;
}

const debit = routeAt("/credits/debits");
const usage = routeAt("/usage");
const batch = routeAt("/usage/batch");

function nested(depth: number): string {
  return `{"metadata":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
}

const MALFORMED: readonly [string, string | Uint8Array][] = [
  ["no JSON", "{"],
  ["nothing", ""],
  ["a word", "credits"],
  ["two documents", "{}{}"],
  ["a number", "1"],
  ["null", "null"],
  ["an array", "[]"],
  ["a string", '"text"'],
  ["NaN", '{"amount":NaN}'],
  ["a raw control character", '{"reason":"\u0001"}'],
  ["invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ["half of a UTF-8 character", new Uint8Array([0x22, 0xe2, 0x82])],
  ["nesting of 10,000 levels", nested(10_000)],
  ["nesting of 33 levels", nested(33)],
];

for (const [name, body] of MALFORMED) {
  Deno.test(`every body refuses ${name}`, async () => {
    for (const route of WITH_BODY) await checkRefused(route, body);
  });
}

Deno.test("every body refuses an unknown field and names it", async () => {
  for (const route of WITH_BODY) {
    await checkRefused(route, { ...route.body, surprise: 1 }, { field: "surprise" });
  }
});

Deno.test("every body refuses one byte more than its limit", async () => {
  for (const route of WITH_BODY) {
    const limit = route.hasLargeBody ? KIB * KIB : 64 * KIB;
    const padded = (size: number) => {
      const text = JSON.stringify(route.body);
      return text + " ".repeat(size - text.length);
    };
    await checkRefused(route, padded(limit + 1), { status: 413, code: "payload_too_large" });
    const answer = await sendCase(await makeFake(), route, { body: padded(limit) });
    assert.equal(answer.status, route.status, await answer.text());
  }
});

Deno.test("a body without a declared length is counted while it arrives", async () => {
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(16 * KIB)),
  });
  const fake = await makeFake();
  const { createApp } = await import("../../../usage/app.ts");
  const answer = await createApp(fake.source).request("/usage/estimate", {
    method: "POST",
    headers: { apikey: "sb_secret_test_default", "content-type": "application/json" },
    body: endless,
  });
  assert.equal(answer.status, 413);
});

const AMOUNTS: readonly unknown[] = [
  1,
  -1,
  0,
  1.5,
  true,
  null,
  {},
  [],
  "",
  " ",
  "0",
  "0.0",
  "-1",
  "+1",
  "1e3",
  "1E3",
  "NaN",
  "Infinity",
  "0x10",
  "1,5",
  "1.",
  ".5",
  "01",
  "1 ",
  "١",
  "0.0000000000000000001",
  `1${"0".repeat(21)}`,
  "'; drop table farthing.entries; --",
];

for (const amount of AMOUNTS) {
  Deno.test(`an amount refuses ${JSON.stringify(amount)}`, async () => {
    const path = "amount";
    for (const route of [debit, routeAt("/credits/grants"), routeAt("/credits/holds")]) {
      const absent = amount === undefined;
      assert(!absent);
      await checkRefused(route, { ...route.body, amount }, { field: path });
    }
  });
}

Deno.test("the errors for a number as an amount, a missing field and no body say what to send", async () => {
  const { reason: _left, ...rest } = debit.body as Record<string, unknown>;
  const said = async (body: unknown) =>
    (await (await sendCase(await makeFake(), debit, { body })).json()).error.message;
  assert.match(await said({ ...debit.body, amount: 12.5 }), /as strings, for example "12\.5"/);
  assert.equal(await said(rest), "This field is required.");
  assert.equal(await said(" "), "The body is empty: send JSON.");
});

Deno.test("an amount is passed on with all its digits", async () => {
  const amount = `${"9".repeat(20)}.${"123456789".repeat(2)}`;
  const fake = await makeFake();
  await (await sendCase(fake, debit, { body: { ...debit.body, amount } })).body?.cancel();
  assert.equal(fake.calls[0]?.args.p_amount, amount);
});

Deno.test("a settlement of zero credits is accepted", async () => {
  const settle = ROUTE_CASES.find(({ path }) => path.endsWith("/settle"))!;
  const answer = await sendCase(await makeFake(), settle, { body: { amount: "0" } });
  assert.equal(answer.status, 200, await answer.text());
});

const BAD_TOKENS: readonly unknown[] = [-1, 1.5, 1e9 + 1, "1", null, "NaN", {}, [1]];

Deno.test("a token count is a whole number from 0 to a thousand million", async () => {
  for (const input_tokens of BAD_TOKENS) {
    await checkRefused(usage, { ...usage.body, input_tokens }, { field: "input_tokens" });
  }
});

Deno.test("a use without any token is refused", async () => {
  const none = { ...usage.body, input_tokens: 0, output_tokens: 0 };
  await checkRefused(usage, none, { field: "input_tokens" });
});

Deno.test("an error in a batch names the event and its field", async () => {
  const good = { event_id: "e", user_id: USER_ID, ...TOKENS };
  const cases: readonly [unknown, string][] = [
    [{ ...good, model: 4 }, "events[3].model"],
    [{ ...good, extra: 1 }, "events[3].extra"],
    [{ ...good, metadata: { "a": { "b": "\u0000" } } }, "events[3].metadata.a.b"],
    [{ ...good, output_tokens: -1 }, "events[3].output_tokens"],
    ["text", "events[3]"],
  ];
  for (const [event, field] of cases) {
    await checkRefused(batch, { events: [good, good, good, event] }, { field });
  }
  await checkRefused(batch, { events: [] }, { field: "events" });
  await checkRefused(batch, { events: Array(1001).fill(good) }, { field: "events" });
});

const NASTY = [
  "'; drop table farthing.entries; --",
  '" or 1=1 --',
  "$1",
  "\\'; select pg_sleep(10)",
  "${7*7}",
  "\u202e\u{1f4b8}",
];

Deno.test("SQL in a text field is passed on as text", async () => {
  for (const text of NASTY) {
    const fake = await makeFake();
    const body = { ...debit.body, reason: text, reference_id: text };
    const answer = await sendCase(fake, debit, { body });
    assert.equal(answer.status, 201, await answer.text());
    assert.equal(fake.calls[0]?.args.p_reason, text);
    assert.equal(fake.calls[0]?.args.p_reference_id, text);
  }
});

Deno.test("SQL in an id, a time, an enum or a URL is refused with its field", async () => {
  const checkout = routeAt("/checkout");
  const grant = routeAt("/credits/grants");
  for (const text of NASTY) {
    await checkRefused(debit, { ...debit.body, user_id: text }, { field: "user_id" });
    await checkRefused(usage, { ...usage.body, occurred_at: text }, { field: "occurred_at" });
    await checkRefused(grant, { ...grant.body, source: text }, { field: "source" });
    await checkRefused(grant, { ...grant.body, expires_at: text }, { field: "expires_at" });
    await checkRefused(checkout, { ...checkout.body, success_url: text }, { field: "success_url" });
  }
});

Deno.test("text that the database cannot store is refused with its field", async () => {
  const unstorable = ['"a\\u0000b"', '"\\ud800"'];
  for (const literal of unstorable) {
    const body = JSON.stringify(debit.body).replace('"an image"', literal);
    await checkRefused(debit, body, { field: "reason" });
  }
});

Deno.test("a body with the name __proto__ is refused and changes nothing", async () => {
  const fake = await makeFake();
  const twice = JSON.stringify(debit.body).replace(
    "{",
    '{"amount":"1","__proto__":{"isAdmin":true},',
  );
  const answer = await sendCase(fake, debit, { body: twice });
  const { error } = await answer.json();
  assert.deepEqual([answer.status, error.field], [400, "__proto__"]);
  assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined);
  assert.deepEqual(fake.names(), []);
});

Deno.test("a body of another type is refused", async () => {
  const fake = await makeFake();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
    const answer = await sendCase(fake, debit, { headers: { "content-type": type } });
    assert.equal(answer.status, 400);
  }
  const headers = { "content-type": "Application/JSON; charset=utf-8" };
  assert.equal((await sendCase(fake, debit, { headers })).status, 201);
});

const QUERIES: readonly [string, string][] = [
  ["/credits?limit=1", "limit"],
  ["/credits?at=yesterday", "at"],
  ["/credits?at=2026-02-30T00:00:00Z", "at"],
  [`/credits?user_id=${USER_ID}`, "user_id"],
  ["/credits/entries?limit=0", "limit"],
  ["/credits/entries?limit=101", "limit"],
  ["/credits/entries?limit=1e1", "limit"],
  ["/credits/entries?limit=1&limit=2", "limit"],
  ["/credits/entries?cursor=0", "cursor"],
  ["/credits/entries?cursor=1;drop", "cursor"],
  ["/credits/entries?kind=gift", "kind"],
  ["/credits/entries?from=2026", "from"],
  ["/credits/entries?format=xml", "format"],
  ["/credits/entries?__proto__=1", "__proto__"],
  ["/checkout/orders?cursor=x", "cursor"],
  ["/credits/holds/not-an-id", "id"],
  ["/checkout/orders/1", "id"],
];

for (const [path, field] of QUERIES) {
  Deno.test(`GET ${path.slice(0, 60)} is refused with field ${field}`, async () => {
    const fake = await makeFake();
    const answer = await send(fake, "GET", path, { as: "user" });
    const text = await answer.text();
    assert.equal(answer.status, 400, text);
    assert.equal(JSON.parse(text).error.field, field);
    assert.deepEqual(fake.names(), []);
  });
}

Deno.test("the parameter that supabase-js adds to the query is accepted", async () => {
  const path = "/credits?forceFunctionRegion=eu-west-1";
  const answer = await send(await makeFake(), "GET", path, { as: "user" });
  assert.equal(answer.status, 200, await answer.text());
});

Deno.test("an unknown path and a wrong method are not found, in the envelope", async () => {
  const fake = await makeFake();
  for (const [method, path] of [["GET", "/usage/nothing"], ["PUT", "/usage"], ["GET", "/usage/"]]) {
    const answer = await send(fake, method!, path!);
    assert.equal(answer.status, 404);
    assert.equal((await answer.json()).error.code, "not_found");
    assert(answer.headers.get("x-request-id"));
  }
});
