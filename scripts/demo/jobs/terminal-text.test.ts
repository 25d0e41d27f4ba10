import assert from "node:assert/strict";
import { createFlow, shorten } from "./terminal-text.ts";

Deno.test("shorten returns a text that fits, on one line", () => {
  assert.equal(shorten(" one\n\ntwo ", 7), "one two");
});

Deno.test("shorten cuts a longer text, and the ellipsis counts", () => {
  assert.equal(shorten("one two three", 8), "one two…");
});

Deno.test("createFlow breaks lines at spaces, never inside a word", () => {
  const flow = createFlow(12);
  const laid = ["You", " asked", ":\n\n", "far", "thing", " of", " old"].map(flow).join("");
  assert.equal(laid, "   You asked: farthing\n   of old");
});
