import assert from "node:assert/strict";
import { keyedSha256, sha256 } from "./hash.ts";

Deno.test("sha256 hashes its parts as one text", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(sha256("abc"), abc);
  assert.equal(sha256("a", new TextEncoder().encode("bc")), abc);
});

Deno.test("keyedSha256 is HMAC-SHA-256 (RFC 4231, case 2), and reveals nothing without its key", () => {
  const text = "what do ya want for nothing?";
  const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  assert.equal(keyedSha256("Jefe", text), expected);
  assert.notEqual(keyedSha256("Jef", text), expected);
});
