/** A request with an invalid field is refused, the error names the field, and nothing changes. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { envelope, post, refused } from "../support/project/http.ts";
import { ledgerOf, proven } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import type { Kind, Target } from "./target.ts";
import { prepare } from "./targets.ts";

const world = readWorld();

/** A JSON value as text, because JavaScript can't represent some of the values. */
type Text = string;

const TOO_MUCH = ["1e400", "-1e400", "123456789012345678901234567890"];
const NUMBERS = ["-1", "0.5", "1.0000001", "NaN", "Infinity", ...TOO_MUCH, "9007199254740993"];
const WRONG: Text[] = ["null", "true", "{}", "[]", '[""]', '{"$gt":""}'];

const AMOUNTS = [
  ...["-1", "-0", "+1", "0", "0.0", "0.000000000000000000", "00", "01", "1.", ".5", "", " ", "1 "],
  ...[" 1", "1e3", "1E3", "1e-3", "NaN", "Infinity", "-Infinity", "0x10", "1,5", "1_000", "1'000"],
  ...["1.0000000000000000001", "1000000000000000000000", "1".repeat(21), "9".repeat(5000)],
  ...["1\n", "\u0661", "\uff11", "1;drop table farthing.lots", "1::numeric", "null", "1.1.1"],
].map((text) => JSON.stringify(text));
const UUIDS = [
  ...[
    "",
    "x",
    "123",
    "00000000-0000-4000-8000-00000000000",
    "g0000000-0000-4000-8000-000000000000",
  ],
  ...["{00000000-0000-4000-8000-000000000000}", "00000000-0000-4000-8000-000000000000 "],
  ...["' or 1=1 --", "00000000000040008000000000000000"],
].map((text) => JSON.stringify(text));
const TIMES = [
  "",
  "now",
  "infinity",
  "-infinity",
  "2026",
  "2026-01-01",
  "2026-13-01T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "2026-01-01T00:00:00",
  "epoch",
  "1767225600",
  "2026-01-01 00:00:00Z",
  "10000-01-01T00:00:00Z",
  "'; select 1; --",
].map((text) => JSON.stringify(text));
const URLS = ["", "x", "ftp://localhost:3000/", "javascript:alert(1)", "http://evil.test/"]
  .map((text) => JSON.stringify(text));

const textOf = (max: number): Text[] => [
  ...["1", '""', JSON.stringify("x".repeat(max + 1)), JSON.stringify("x".repeat(60_000))],
  ...['"a\\u0000b"', '"\\u0000"', '"\\ud800"', '"\\udc00x"', '"x\\ud83d"'],
];

const BAD: Record<string, Text[]> = {
  uuid: ["1", ...UUIDS, '"\\u0000"'],
  amount: ["1", "1.5", "0", "-1", ...AMOUNTS],
  "zero-amount": ["1", "0", ...AMOUNTS.filter((text) => !/^"0(\.0+)?"$/.test(text))],
  tokens: [...NUMBERS, "1000000001", '"1"', '""', '"1e3"'],
  number: [...NUMBERS, "1000000001", '"1"'],
  time: ["1767225600", ...TIMES],
  choice: [
    "1",
    '"paid"',
    '"bonus"',
    '""',
    '"PROMOTIONAL"',
    '"promotional\\u0000"',
    '" adjustment"',
  ],
  url: ["1", ...URLS],
  object: ['"x"', "1"],
};

function wrongFor(kind: Kind): Text[] {
  const max = /^text:(\d+)$/.exec(kind)?.[1];
  const own = max ? textOf(Number(max)) : BAD[kind]!;
  const wrong = kind === "object" ? WRONG.filter((text) => !text.startsWith("{")) : WRONG;
  return [...wrong, ...own];
}

const MARK = "@@here@@";

/** Returns the target's valid body as text, with the value of one field replaced by this JSON. */
function bodyWith({ good }: Target, path: string, text: Text): string {
  const body = structuredClone(good);
  const steps = path.split(/[.[\]]+/).filter(Boolean);
  const last = steps.pop()!;
  const parent = steps.reduce<Record<string, unknown>>(
    (value, step) => value[step] as Record<string, unknown>,
    body,
  );
  parent[last] = MARK;
  return JSON.stringify(body).replace(`"${MARK}"`, () => text);
}

/** NaN and Infinity are not valid JSON, so the error can't name a field. */
const isJson = (text: Text) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

async function refusesEach(target: Target): Promise<void> {
  for (const [field, kind] of Object.entries(target.fields)) {
    for (const text of wrongFor(kind)) {
      const shown = `${field} = ${text.slice(0, 60)}`;
      const body = bodyWith(target, field, text);
      const answer = await post(world, target.path, await target.caller(), body);
      ok(answer.status === 400, `${shown}: ${answer.status} ${answer.text}`);
      const error = refused(answer, 400, "invalid_request");
      if (isJson(text)) ok(error.field?.startsWith(field), `${shown}: ${answer.text}`);
    }
  }
}

Deno.test("bad fields are refused by name on every route that takes a body", async (t) => {
  const { person, targets } = await prepare(world);
  const before = await ledgerOf(world, person.id);
  for (const target of targets) await t.step(target.name, () => refusesEach(target));
  deepEqual(await ledgerOf(world, person.id), before);
  await proven(world);
});

const INJECTIONS = [
  "'; drop table farthing.lots cascade; --",
  "x'); delete from farthing.entries; --",
  "$$; select pg_sleep(10); $$",
  "\\'; truncate farthing.accounts; --",
  '" or "1"="1',
  "${7*7} {{7*7}} %s %n",
  "<script>alert(1)</script>",
  "=cmd|' /C calc'!A0",
  "../../../etc/passwd",
  "\u202Etxt.exe \uFFFE \u{1F600}",
];

Deno.test("SQL in a string field is text: stored unchanged or refused, and never run", async () => {
  const { person, targets } = await prepare(world);
  for (const target of targets) {
    for (const [field, kind] of Object.entries(target.fields)) {
      if (!kind.startsWith("text") && kind !== "uuid" && kind !== "time" && kind !== "amount") {
        continue;
      }
      for (const text of INJECTIONS) {
        const body = bodyWith(target, field, JSON.stringify(text));
        const answer = await post(world, target.path, await target.caller(), body);
        ok(
          answer.status < 500 && answer.status !== 429,
          `${target.name} ${field} = ${text}: ${answer.text}`,
        );
      }
    }
  }
  ok(await ledgerOf(world, person.id));
  await proven(world);
});

Deno.test("a caller's text comes back unchanged, and as text in CSV", async () => {
  const { person, targets } = await prepare(world);
  const as = await targets.find(({ name }) => name === "debits")!.caller();
  for (const reference_id of INJECTIONS) {
    const body = { user_id: person.id, amount: "0.01", reason: reference_id, reference_id };
    equal((await post(world, "credits/debits", as, body)).status, 201);
  }
  const url = `${world.url}/functions/v1/credits/entries?limit=100&kind=debit&user_id=${person.id}`;
  const json = await (await fetch(url, { headers: as })).text();
  const list: { reference_id: string; metadata: { reason: string } }[] = JSON.parse(json).data;
  deepEqual(list.map((entry) => entry.reference_id), INJECTIONS.toReversed());
  deepEqual(list.map(({ metadata }) => metadata.reason), INJECTIONS.toReversed());
  const csv = await (await fetch(`${url}&format=csv`, { headers: as })).text();
  // A spreadsheet runs a cell that begins like a formula, so the CSV writes such a cell as text.
  ok(csv.includes("'=cmd|"), csv);
  await proven(world);
});

Deno.test("exactly one of two fields is required", async () => {
  const { targets } = await prepare(world);
  const hold = targets.find(({ name }) => name === "holds by amount")!;
  const estimate = targets.find(({ name }) => name === "holds by estimate")!;
  const settle = targets.find(({ name }) => name === "settle by amount")!;
  const { user_id } = hold.good;
  const bodies: [Target, object][] = [
    [hold, { ...hold.good, ...estimate.good }],
    [hold, { user_id }],
    [settle, {}],
    [settle, { amount: "1", usage: { model: "gpt-4o", input_tokens: 1, output_tokens: 1 } }],
  ];
  for (const [{ path, caller }, body] of bodies) {
    refused(await post(world, path, await caller(), body), 400, "invalid_request", "amount");
  }
  const none = { model: "gpt-4o", input_tokens: 0, output_tokens: 0 };
  const answer = await post(world, "usage/estimate", await hold.caller(), none, { key: null });
  refused(answer, 400, "invalid_request", "input_tokens");
  equal(envelope(answer).error?.retryable, false);
});
