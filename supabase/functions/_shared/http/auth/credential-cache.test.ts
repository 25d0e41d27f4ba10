import assert from "node:assert/strict";
import { CredentialCache } from "./credential-cache.ts";

Deno.test("the cache never holds more than its bound, and drops the oldest", () => {
  const cache = new CredentialCache<number>(3);
  for (let index = 0; index < 100; index++) cache.set(`hash-${index}`, index, 0);
  assert.equal(cache.size, 3);
  assert.equal(cache.get("hash-96", 1), undefined);
  assert.equal(cache.get("hash-97", 1), 97);
});

Deno.test("the cache removes an old entry, and does not store an expired one", () => {
  const cache = new CredentialCache<number>();
  cache.set("a", 1, 0);
  assert.equal(cache.get("a", 59_999), 1);
  assert.equal(cache.get("a", 60_000), undefined);
  assert.equal(cache.size, 0);
  cache.set("b", 2, 1_000, 1_000);
  assert.equal(cache.size, 0);
});
