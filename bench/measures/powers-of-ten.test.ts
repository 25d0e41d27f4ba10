import assert from "node:assert/strict";
import { powerOf, sizesUpTo } from "./powers-of-ten.ts";

Deno.test("sizesUpTo returns powers of ten up to the given number", () => {
  assert.deepEqual(sizesUpTo(1e6), [1_000, 10_000, 100_000, 1_000_000]);
  assert.deepEqual(sizesUpTo(99_999), [1_000, 10_000]);
});

Deno.test("sizesUpTo returns the smallest size for a smaller number", () => {
  assert.deepEqual(sizesUpTo(1), [1_000]);
});

Deno.test("powerOf names the power of ten, even if its logarithm is not whole as a float", () => {
  assert.equal(powerOf(1_000), "10^3");
  assert.equal(powerOf(1_000_000), "10^6");
});
