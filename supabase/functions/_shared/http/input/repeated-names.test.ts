import assert from "node:assert/strict";
import { ApiError } from "../../core/errors.ts";
import { parseJson } from "./read-body.ts";

function refusedName(text: string): string | undefined {
  try {
    parseJson(text);
  } catch (error) {
    assert(error instanceof ApiError);
    assert.equal(error.code, "invalid_request");
    return error.body.field;
  }
  return undefined;
}

for (
  const [text, name, why] of [
    ['{"amount": "1", "amount": "2"}', "amount", "at the top"],
    ['{"a": {"b": [{"c": 1, "c": 1}]}}', "c", "within, with the same value"],
    ['{"amount": 1, "\\u0061mount": 2}', "amount", "written with an escape"],
    ['{"a\\"b": 1, "a\\u0022b": 2}', 'a"b', "with a quote in it"],
    ['{"a\\\\": 1, "a\\\\" \n\t: 2}', "a\\", "that ends in a backslash, before blanks"],
    ['{"": 1, "": 2}', "", "that is empty"],
    ['{"a": {"x": 1}, "a": {"y": 2, "z": 3}}', "x", "with a first object that was dropped"],
    ['{"a": {"x": 1, "y": 1}, "a": 2}', "a", "with an object that was dropped"],
    ['{"1": 1, "1": 2}', "1", "that is a number"],
    ['{"n": 12345678901234567.0e-1, "n": 1}', "n", "beside a long number"],
  ] as const
) {
  Deno.test(`a name ${why} twice in an object is refused`, () => {
    assert.notEqual(refusedName(text), undefined);
    if (!why.includes("dropped")) assert.equal(refusedName(text), name);
  });
}

for (
  const text of [
    '{"a": {"a": [{"a": 1}, {"a": 2}]}}',
    '{"a": "\\"a\\": 1, \\"a\\":", "b": "\\\\"}',
    '["a", "a", "a:", ":", {"a": "a", "b": ":"}]',
    '{"a": "{\\"x\\":1,\\"x\\":2}"}',
    '"a"',
    '{"A": 1, "a": 2, "a ": 3}',
  ]
) {
  Deno.test(`JSON that repeats no name in an object is accepted: ${text}`, () => {
    assert.deepEqual(parseJson(text), JSON.parse(text));
  });
}

Deno.test("the search for repeated names is linear, and no slower than the parsing of 1 MB", () => {
  const evil = [
    JSON.stringify({ a: "\\".repeat(500_000) }),
    `[${'"\\"\\"\\"\\"",'.repeat(60_000)}0]`,
    `{"a"${" ".repeat(1_000_000)}:1}`,
    JSON.stringify(Array.from({ length: 20_000 }, (_, n) => ({ event_id: `e${n}`, input: n }))),
  ];
  for (const text of evil) {
    const started = performance.now();
    parseJson(text);
    assert(performance.now() - started < 10_000, text.slice(0, 40));
  }
});
