import assert from "node:assert/strict";
import { makeFake } from "#support/fakes/services.ts";
import { SECRET_KEY } from "#support/project.ts";
import { ROUTE_CASES, sendCase } from "#support/cases/routes.ts";
import { createApp } from "../../../usage/app.ts";

const debit = ROUTE_CASES.find(({ path }) => path === "/credits/debits")!;
const usage = ROUTE_CASES.find(({ path }) => path === "/usage")!;
const webhook = ROUTE_CASES.find(({ path }) => path === "/stripe-webhook")!;

/** Joins the values as the runtime does if the request has the header several times. */
function joined(...values: string[]): string {
  const headers = new Headers();
  for (const value of values) headers.append("x", value);
  return headers.get("x")!;
}

interface Refused {
  readonly field: string | undefined;
  readonly code: string;
  readonly status: number;
}

async function refusalOf(
  route: typeof debit,
  headers: Record<string, string>,
): Promise<Refused | undefined> {
  const fake = await makeFake();
  const answer = await sendCase(fake, route, { headers });
  const { error } = await answer.json();
  if (answer.status >= 400) assert.deepEqual(fake.names(), [], "it reached the database");
  return error && { field: error.field, code: error.code, status: answer.status };
}

const TWICE: readonly [string, string[]][] = [
  ["Authorization", ["Bearer a", "Bearer b"]],
  ["apikey", [SECRET_KEY, SECRET_KEY]],
  ["apikey", ["", SECRET_KEY]],
  ["CF-Connecting-IP", ["192.0.2.1", "192.0.2.2"]],
  ["Content-Type", ["application/json", "application/json"]],
  ["Content-Type", ["application/json; charset=utf-8", "text/plain"]],
  ["Content-Length", ["5", "5"]],
  ["X-Webhook-Secret", ["a".repeat(32), "b".repeat(32)]],
  ["Stripe-Signature", ["t=1,v1=aa", "t=2,v1=bb"]],
  ["Idempotency-Key", ["one", "two"]],
  ["Idempotency-Key", ['"one"', '"two"']],
];

for (const [header, values] of TWICE) {
  Deno.test(`a request with ${header} sent as ${values.join(" and ")} is refused`, async () => {
    const route = header === "Stripe-Signature" ? webhook : debit;
    assert.deepEqual(await refusalOf(route, { [header]: joined(...values) }), {
      field: header,
      code: "invalid_request",
      status: 400,
    });
  });
}

const ONCE: readonly [string, string][] = [
  ["idempotency-key", "a,b"],
  ["idempotency-key", '"one, two"'],
  ["idempotency-key", '"say \\", \\""'],
  ["content-type", 'application/json; profile="a, b"'],
  ["accept", "text/html, application/json"],
  ["prefer", "a, b"],
  ["cf-connecting-ip", "192.0.2.1"],
];

for (const [header, value] of ONCE) {
  Deno.test(`a request with ${header}: ${value} is served`, async () => {
    assert.equal(await refusalOf(debit, { [header]: value }), undefined);
  });
}

Deno.test("a webhook's signature with several fields is a single value", async () => {
  const refusal = await refusalOf(webhook, { "stripe-signature": "t=1,v1=aa,v1=bb,v0=cc" });
  assert.equal(refusal?.code, "signature_invalid");
});

Deno.test("a request with too many or too large headers is refused", async () => {
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`x-${n}`, "1"]));
  const few = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`x-${n}`, "1"]));
  const bad = { field: undefined, code: "invalid_request", status: 400 };
  assert.deepEqual(await refusalOf(usage, many), bad);
  assert.deepEqual(await refusalOf(usage, { "x-large": "a".repeat(33_000) }), bad);
  assert.equal(await refusalOf(usage, few), undefined);
  assert.equal(await refusalOf(usage, { "x-large": "a".repeat(30_000) }), undefined);
});

Deno.test("a refusal of headers names the limits", async () => {
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`x-${n}`, "1"]));
  const { error } = await (await sendCase(await makeFake(), usage, { headers: many })).json();
  assert.equal(
    error.message,
    "The headers are too large: send at most 100 headers, with at most 32768 characters in all.",
  );
  assert.deepEqual(error.details, { limit_headers: 100, limit_characters: 32768 });
});

Deno.test("two quoted keys are two keys even without a blank between them", async () => {
  const refusal = await refusalOf(debit, { "Idempotency-Key": '"one","two"' });
  assert.equal(refusal?.field, "Idempotency-Key");
});

Deno.test("the headers of a read with a credential are counted, too", async () => {
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`x-${n}`, "1"]));
  const statusOf = async (credential: Record<string, string>) => {
    const headers = { ...many, ...credential };
    return (await createApp((await makeFake()).source).request("/usage/rates", { headers })).status;
  };
  assert.equal(await statusOf({ apikey: SECRET_KEY }), 400);
  assert.equal(await statusOf({ authorization: `Bearer ${SECRET_KEY}` }), 400);
  assert.equal(await statusOf({}), 200);
});

Deno.test("a URL that is too long is refused", async () => {
  const fake = await makeFake();
  for (const length of [8_200, 100_000]) {
    const answer = await createApp(fake.source).request(`/usage/rates?${"a".repeat(length)}`);
    assert.equal(answer.status, 400);
    assert.deepEqual((await answer.json()).error.details, { limit_characters: 8_192 });
  }
  assert.deepEqual(fake.names(), []);
});
