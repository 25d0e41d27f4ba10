import assert from "node:assert/strict";
import { ApiError } from "./errors.ts";
import { hasTime, watchLifetime } from "./isolate.ts";

function warned(reason: string) {
  const runtime = new EventTarget();
  const timers: { ms: number; call: () => void }[] = [];
  const lifetime = watchLifetime(runtime, (ms, call) => timers.push({ ms, call }));
  runtime.dispatchEvent(new CustomEvent("beforeunload", { detail: { reason } }));
  const state = () => [lifetime.leaving.aborted, lifetime.ending.aborted];
  return { lifetime, timers, state };
}

Deno.test("lifetime ends at once where processor time or memory is nearly used up", () => {
  for (const reason of ["cpu", "memory", "termination"]) {
    const { lifetime, state } = warned(reason);
    assert.deepEqual(state(), [true, true], reason);
    const error = lifetime.ending.reason;
    assert(error instanceof ApiError);
    assert.deepEqual([error.status, error.body.retryable], [503, true]);
  }
});

Deno.test("lifetime near the wall-clock limit lets work in progress continue for 5 s", () => {
  const { timers, state } = warned("wall_clock");
  assert.deepEqual([state(), timers.map(({ ms }) => ms)], [[true, false], [5_000]]);
  timers[0]!.call();
  assert.deepEqual(state(), [true, true]);
});

Deno.test("lifetime of an idle isolate that is dropped aborts nothing", () => {
  assert.deepEqual(warned("early_drop").state(), [false, false]);
});

Deno.test("a run has time until it is over or its isolate is about to be killed", () => {
  const now = () => new Date(1_000);
  const runtime = new EventTarget();
  const lifetime = watchLifetime(runtime, () => {});
  const hasTimeUntil = (ms: number) => hasTime({ now, lifetime }, ms);
  assert.deepEqual([999, 1_000, 1_001].map(hasTimeUntil), [false, false, true]);
  runtime.dispatchEvent(new CustomEvent("beforeunload", { detail: { reason: "wall_clock" } }));
  assert.equal(hasTimeUntil(1_001), false);
});
