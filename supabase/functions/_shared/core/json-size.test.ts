import assert from "node:assert/strict";
import { jsonbBytes } from "./json-size.ts";

Deno.test("a document's size counts what jsonb writes: blanks, and numbers without exponents", () => {
  // The numbers are results of `octet_length('…'::jsonb::text)`.
  assert.equal(jsonbBytes({ a: [1, 2.5, null], b: "ä" }), 32);
  for (
    const [number, bytes] of [[1e300, 301], [-1.5e300, 302], [1e-300, 302], [1e21, 22]] as const
  ) {
    const counted = jsonbBytes([number]) - 2;
    assert.ok(counted >= bytes && counted <= bytes + 10, `${number}: ${counted}`);
  }
});

Deno.test("a text that looks like a number with an exponent is a text", () => {
  assert.equal(jsonbBytes("1e+300"), 8);
});
