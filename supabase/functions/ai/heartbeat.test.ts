import assert from "node:assert/strict";
import { keepAlive } from "./heartbeat.ts";

Deno.test("a heart beats until it is stopped, also after a beat that failed", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let beats = 0;
  const stop = keepAlive(() => {
    if (++beats === 3) resolve();
    return Promise.reject(new Error("the database is away"));
  }, 1);
  await promise;
  stop();
  const counted = beats;
  await new Promise((next) => setTimeout(next, 5));
  assert.equal(beats, counted);
});
