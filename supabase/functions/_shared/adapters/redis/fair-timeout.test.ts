import assert from "node:assert/strict";
import { type FakeTime, withFakeTime } from "#support/fakes/time.ts";
import { withFairTimeout } from "./fair-timeout.ts";

const never = () => new Promise<never>(() => {});
const late = () => new Error("late");

/** Starts a wait of at most 200 ms. `outcome` is set when the wait ends. */
function waiting(work: Promise<unknown>) {
  const seen: { outcome?: string } = {};
  withFairTimeout(200, work, late).then(
    (value) => seen.outcome = String(value),
    (error: Error) => seen.outcome = error.message,
  );
  return seen;
}

async function after(time: FakeTime, seen: { outcome?: string }): Promise<number> {
  let ms = 0;
  for (; seen.outcome === undefined && ms < 2_000; ms += 25) await time.advance(25);
  return ms;
}

Deno.test("a service that never answers times out after exactly the requested time", async () => {
  await withFakeTime(async (time) => {
    const seen = waiting(never());
    assert.equal(await after(time, seen), 200);
    assert.equal(seen.outcome, "late");
  });
});

Deno.test("an answer in time is returned, and so is a failure", async () => {
  assert.equal(await withFairTimeout(200, Promise.resolve(7), late), 7);
  await assert.rejects(withFairTimeout(200, Promise.reject(new Error("no")), late), /no/);
});

Deno.test("a timer that is called although it was cleared, as by Deno 2.1.4, is not late", async () => {
  await withFakeTime(async (time) => {
    globalThis.clearTimeout = () => {};
    let made = 0;
    const answer = withFairTimeout(50, Promise.resolve(7), () => {
      made += 1;
      return late();
    });
    assert.equal(await answer, 7);
    await time.advance(500);
    assert.equal(made, 0);
    assert.deepEqual(time.timers, [25]);
  });
});

/** Advances the clock by `ms` without firing a timer, so that the next timer fires late. */
function stall(ms: number): void {
  const { now } = performance;
  performance.now = () => now.call(performance) + ms;
}

Deno.test("time in which the process was too busy to listen does not count", async () => {
  await withFakeTime(async (time) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const seen = waiting(promise);
    await time.advance(150);
    stall(400);
    await time.advance(50);
    assert.equal(seen.outcome, undefined);
    resolve("an answer that came meanwhile");
    assert.equal(await after(time, seen), 25);
    assert.equal(seen.outcome, "an answer that came meanwhile");
  });
});

Deno.test("a timer that is late within its tolerance counts for all that has passed", async () => {
  await withFakeTime(async (time) => {
    const seen = waiting(never());
    stall(25);
    assert.equal(await after(time, seen), 175);
  });
});

Deno.test("a process that was busy once still times out", async () => {
  await withFakeTime(async (time) => {
    const seen = waiting(never());
    stall(400);
    assert.equal(await after(time, seen), 225);
    assert.equal(seen.outcome, "late");
  });
});
