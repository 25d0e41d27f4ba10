import assert from "node:assert/strict";
import { AdaptiveConcurrency } from "./capacity.ts";

const makeConcurrency = () => new AdaptiveConcurrency({ least: 4, most: 6, smallMs: 100 });

Deno.test("concurrency begins at its minimum and grows with each small job, up to its maximum", () => {
  const concurrency = makeConcurrency();
  const sizes = [
    concurrency.size,
    ...[100, 0, 100].map((ms) => (concurrency.finished(ms), concurrency.size)),
  ];
  assert.deepEqual(sizes, [4, 5, 6, 6]);
});

Deno.test("after a long job, concurrency is back at its minimum", () => {
  const concurrency = makeConcurrency();
  concurrency.finished(1);
  concurrency.finished(101);
  assert.equal(concurrency.size, 4);
});
