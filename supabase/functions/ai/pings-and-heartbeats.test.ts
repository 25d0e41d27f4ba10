import assert from "node:assert/strict";
import { keepAlive } from "./pings-and-heartbeats.ts";

Deno.test("heartbeats continue after a failed one, until they are stopped", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let beats = 0;
  const stop = keepAlive(() => {
    if (++beats === 3) resolve();
    return Promise.reject(new Error("the database is unavailable"));
  }, 1);
  await promise;
  stop();
  const counted = beats;
  await new Promise((next) => setTimeout(next, 5));
  assert.equal(beats, counted);
});
