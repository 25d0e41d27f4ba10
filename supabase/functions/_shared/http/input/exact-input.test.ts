/**
 * Input is stored exactly as it was sent. Input that the database would refuse never reaches the
 * database.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { ROUTE_CASES, type RouteCase, send, sendCase } from "#support/cases/routes.ts";
import { TOKENS } from "#support/cases/usage.ts";

function routeAt(end: string): RouteCase {
  return ROUTE_CASES.find(({ path, method }) => method === "POST" && path.endsWith(end))!;
}

const usage = routeAt("/usage");
const batch = routeAt("/usage/batch");

async function fieldRefused(route: RouteCase, body: unknown): Promise<string> {
  const fake = await makeFake();
  const answer = await sendCase(fake, route, { body });
  const text = await answer.text();
  assert.equal(answer.status, 400, text);
  const { error } = JSON.parse(text);
  assert.equal(error.code, "invalid_request");
  assert.deepEqual(fake.names(), []);
  return error.field;
}

/** Returns the body of a usage report whose metadata is this JSON text. */
function withMetadata(json: string): string {
  return JSON.stringify({ ...usage.body, metadata: 0 }).replace(
    '"metadata":0',
    `"metadata":${json}`,
  );
}

const INEXACT = [
  "9007199254740993",
  "-9007199254740993",
  "123456789012345678901234567890",
  "0.1234567890123456789",
  "1234567.12345678901234",
  "1e400",
  "-1E400",
  "1e-400",
  "1.00000000000000000001e1",
  `1${"0".repeat(60_000)}1`,
];

for (const number of INEXACT) {
  Deno.test(`metadata refuses ${number.slice(0, 50)}, which would be stored as another number`, async () => {
    assert.equal(await fieldRefused(usage, withMetadata(`{"n":${number}}`)), "metadata.n");
    const nested = withMetadata(`{"a":[1,{"b": ${number}}]}`);
    assert.equal(await fieldRefused(usage, nested), "metadata.a[1].b");
  });
}

const EXACT = [
  "0",
  "-1.5",
  "9007199254740991",
  "9007199254740992",
  "0.1",
  "1.0",
  "0.30000000000000004",
  "1e3",
  "1.50E+2",
  "5e-324",
  "100000000000000000000",
  "1000000000000000000000000",
  '"9007199254740993"',
  '"x: 9007199254740993, 1e400"',
];

for (const number of EXACT) {
  Deno.test(`metadata passes on ${number}`, async () => {
    const fake = await makeFake();
    const answer = await sendCase(fake, usage, { body: withMetadata(`{"n":${number}}`) });
    assert.equal(answer.status, 201, await answer.text());
    const { metadata } = fake.calls[0]?.args.p_usage as { metadata: unknown };
    assert.deepEqual(metadata, { n: JSON.parse(number) });
  });
}

Deno.test("__proto__ is refused at every depth, before the parser drops it", async () => {
  const proto = '{"__proto__":{"a":1}}';
  assert.equal(await fieldRefused(usage, withMetadata(proto)), "metadata.__proto__");
  assert.equal(
    await fieldRefused(usage, withMetadata(`{"a":[${proto}]}`)),
    "metadata.a[0].__proto__",
  );
  assert.equal(await fieldRefused(usage, proto), "__proto__");
  const event = withMetadata('{"__proto__":1,"n":1e400}').replace("{", '{"event_id":"e",');
  const field = await fieldRefused(batch, `{"events":[${event}]}`);
  assert.equal(field, "events[0].metadata.__proto__");
});

const NOW = "2026-11-21T12:00:00Z";

const BAD_TIMES = [
  "0000-01-01T00:00:00Z",
  "0000-12-31T23:59:59.999+15:59",
  "0001-01-01T00:00:00+00:01",
  "2026-01-01T00:00:00+16:00",
  "2026-01-01T00:00:00-23:59",
  "9999-12-31T23:59:59-00:01",
  "9999-12-31T23:59:59.9999999Z",
  "10000-01-01T00:00:00Z",
  "+300000-01-01T00:00:00Z",
  "-0044-03-15T00:00:00Z",
  "2026-06-30T23:59:60Z",
  "2026-06-30T24:00:00Z",
  "infinity",
];

for (const time of BAD_TIMES) {
  Deno.test(`the time ${time} is refused with its field`, async () => {
    const good = { event_id: "e", user_id: USER_ID, ...TOKENS };
    const event = { ...good, occurred_at: time };
    assert.equal(await fieldRefused(usage, { ...usage.body, occurred_at: time }), "occurred_at");
    const events = [good, good, good, event];
    assert.equal(await fieldRefused(batch, { events }), "events[3].occurred_at");
    const grant = routeAt("/grants");
    assert.equal(await fieldRefused(grant, { ...grant.body, expires_at: time }), "expires_at");
    for (const name of ["from", "to"]) {
      const path = `/credits/entries?${name}=${encodeURIComponent(time)}`;
      const answer = await send(await makeFake(), "GET", path, { as: "user" });
      assert.equal((await answer.json()).error.field, name);
    }
  });
}

Deno.test("every other time is passed on unchanged", async () => {
  for (const time of ["0001-01-01T00:00:00Z", "2026-01-01T00:00:00.123456789+15:59", NOW]) {
    const fake = await makeFake();
    const answer = await sendCase(fake, usage, { body: { ...usage.body, occurred_at: time } });
    assert.equal(answer.status, 201, await answer.text());
    assert.equal((fake.calls[0]?.args.p_usage as { occurred_at: string }).occurred_at, time);
  }
});

Deno.test("a cursor above the largest that the database counts to is refused", async () => {
  const cursors = [["9223372036854775807", 200], ["9223372036854775808", 400], [
    "9".repeat(19),
    400,
  ]];
  for (const [cursor, status] of cursors) {
    const path = `/credits/entries?cursor=${cursor}`;
    const answer = await send(await makeFake(), "GET", path, { as: "user" });
    const { error } = await answer.json();
    assert.equal(answer.status, status);
    assert.equal(error?.field, status === 400 ? "cursor" : undefined);
  }
});

Deno.test("a refusal by the database alone is logged as an error, whatever the answer", async () => {
  for (const [isOurBug, level] of [[true, "error"], [false, "info"]] as const) {
    const error = new ApiError("invalid_request", { isOurBug, internal: "22008 out of range" });
    const fake = await makeFake({ answers: { usage_charge: () => Promise.reject(error) } });
    assert.equal((await sendCase(fake, usage)).status, 400);
    assert.deepEqual(fake.lines.map((line) => line.level), [level]);
  }
});
