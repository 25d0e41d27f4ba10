import assert from "node:assert/strict";
import { createFlow, shorten } from "./format.ts";

Deno.test("shorten keeps what fits, on one line", () => {
  assert.equal(shorten(" one\n\ntwo ", 7), "one two");
});

Deno.test("shorten cuts what is longer, and counts the dots", () => {
  assert.equal(shorten("one two three", 8), "one two…");
});

Deno.test("createFlow breaks at a blank before the line is too long, never inside a word", () => {
  const flow = createFlow(12);
  const laid = ["You", " asked", ":\n\n", "far", "thing", " of", " old"].map(flow).join("");
  assert.equal(laid, "   You asked: farthing\n   of old");
});
