import assert from "node:assert/strict";
import { AdaptiveConcurrency } from "./capacity.ts";

const makeRoom = () => new AdaptiveConcurrency({ least: 4, most: 6, smallMs: 100 });

Deno.test("concurrency begins small and grows by each small job, up to its maximum", () => {
  const concurrency = makeRoom();
  const sizes = [
    concurrency.size,
    ...[100, 0, 100].map((ms) => (concurrency.finished(ms), concurrency.size)),
  ];
  assert.deepEqual(sizes, [4, 5, 6, 6]);
});

Deno.test("concurrency is small again once a job has taken long", () => {
  const concurrency = makeRoom();
  concurrency.finished(1);
  concurrency.finished(101);
  assert.equal(concurrency.size, 4);
});
