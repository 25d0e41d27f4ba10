/** Requests with an invalid body are refused with an error of the contract and change nothing. */
import { deepEqual } from "node:assert/strict";
import { ledgerOf, proven } from "../support/project/database.ts";
import { post, refused } from "../support/project/http.ts";
import { readWorld } from "../support/project/world.ts";
import type { Target } from "./target.ts";
import { prepare } from "./targets.ts";

const world = readWorld();
const encoder = new TextEncoder();

const NO_JSON = [
  "{",
  "",
  "nope",
  "{'a':1}",
  '{"a":1,}',
  "NaN",
  "[1",
  '"x',
  "{}{}",
  "\uFEFF{",
  "\u0000",
];
const NO_OBJECT = ["null", "[]", "7", '"x"', "true", "[{}]"];
const NO_UTF8 = [[0x7b, 0xff, 0x7d], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xfe, 0xff, 0, 0x7b]];

function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + close.repeat(depth);
}

async function refusesMalformed(target: Target): Promise<void> {
  const { path } = target;
  const send = async (body: string | object | Uint8Array<ArrayBuffer>, headers = {}) =>
    refused(
      await post(world, path, await target.caller(), body, { headers }),
      400,
      "invalid_request",
    );
  for (const text of [...NO_JSON, ...NO_OBJECT]) {
    await send(text);
  }
  for (const bytes of NO_UTF8) {
    await send(new Uint8Array(bytes));
  }
  const deep = [
    nested(40, '{"a":', "}"),
    nested(30_000, "[", "]"),
    `{"a":${nested(40, "[", "]")}}`,
  ];
  for (const text of deep) await send(text);
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"]) {
    await send(target.good, { "content-type": type });
  }
}

async function refusesLarge({ path, caller, good, limit }: Target): Promise<void> {
  const text = JSON.stringify(good);
  const over = `${text}${" ".repeat(limit + 1 - text.length)}`;
  refused(await post(world, path, await caller(), over), 413, "payload_too_large");
  // The request has no Content-Length, so the functions count the bytes of the body while they arrive.
  const chunks = ReadableStream.from([encoder.encode(text), encoder.encode(" ".repeat(limit))]);
  const as = await caller();
  const response = await fetch(`${world.url}/functions/v1/${path}`, {
    method: "POST",
    headers: { ...as, "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: chunks,
  });
  const answer = { ...response, status: response.status, headers: response.headers };
  refused({ ...answer, text: await response.text(), url: path }, 413, "payload_too_large");
}

async function refusesUnknown({ path, caller, good }: Target): Promise<void> {
  for (const name of ["extra", "__proto__", "constructor", "user_ID", "p_user_id", " "]) {
    const text = JSON.stringify(good).replace(/^\{/, `{${JSON.stringify(name)}:1,`)
      .replace(/,\}$/, "}");
    refused(await post(world, path, await caller(), text), 400, "invalid_request", name);
  }
}

Deno.test("bad bodies are refused on every route that takes one", async (t) => {
  const { person, targets } = await prepare(world);
  const before = await ledgerOf(world, person.id);
  for (const target of targets) {
    await t.step(
      `${target.name} refuses a body that is not a JSON object in UTF-8`,
      () => refusesMalformed(target),
    );
    await t.step(`${target.name} refuses one byte more than its limit`, () => refusesLarge(target));
    await t.step(
      `${target.name} refuses an unknown field, by its name`,
      () => refusesUnknown(target),
    );
  }
  deepEqual(await ledgerOf(world, person.id), before);
  await proven(world);
});
