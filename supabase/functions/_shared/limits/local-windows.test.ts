import assert from "node:assert/strict";
import { LocalWindows } from "./local-windows.ts";
import type { Counted } from "./rate-limit-rules.ts";

function counted(name: string, quota: number, id = "one"): Counted {
  return { rule: { name, countedBy: "user", quota, windowSeconds: 60, code: "rate_limited" }, id };
}

function admitted(
  windows: LocalWindows,
  asking: Counted[],
  times: number,
  seconds: number,
): number {
  const all = Array.from({ length: times }, () => windows.take(asking, seconds * 1_000));
  return all.filter((counts) => counts.every(({ isAllowed }) => isAllowed)).length;
}

Deno.test("requests of the previous window count by the share of it within the last minute", () => {
  const asking = [counted("rule", 10)];
  const windows = new LocalWindows();
  assert.equal(admitted(windows, asking, 20, 59), 10);
  assert.equal(admitted(windows, asking, 20, 60), 0);
  assert.equal(admitted(windows, asking, 20, 90), 5);
  assert.equal(admitted(windows, asking, 20, 105), 3);
  assert.equal(admitted(windows, asking, 20, 240), 10, "requests of long ago do not count");
});

Deno.test("a refused request uses up no quota", () => {
  const [narrow, wide] = [counted("narrow", 1), counted("wide", 10)];
  const windows = new LocalWindows();
  assert.equal(admitted(windows, [wide, narrow], 5, 1), 1);
  const [left] = windows.take([wide], 1_000);
  assert.deepEqual([left?.remaining, left?.resetMs], [8, 60_000]);
});

Deno.test("a refused request gets the time of the next allowed one, which is then allowed", () => {
  const asking = [counted("rule", 10)];
  const windows = new LocalWindows();
  assert.equal(admitted(windows, asking, 10, 59), 10);
  assert.equal(windows.take(asking, 59_000)[0]!.resetMs, 60_001);
  assert.equal(windows.take(asking, 60_001)[0]!.isAllowed, true);
  const { isAllowed, resetMs } = windows.take(asking, 60_002)[0]!;
  assert.deepEqual([isAllowed, resetMs], [false, 66_001]);
  assert.equal(windows.take(asking, 66_000)[0]!.isAllowed, false);
  assert.equal(windows.take(asking, 66_001)[0]!.isAllowed, true);
});

Deno.test("the number of windows is bounded, and the least recently used one is deleted", () => {
  const windows = new LocalWindows(3);
  const take = (id: string) => windows.take([counted("rule", 10, id)], 1_000)[0]!.remaining;
  assert.deepEqual(["a", "b", "c", "a", "d"].map(take), [9, 9, 9, 8, 9]);
  assert.equal(windows.size, 3);
  assert.deepEqual([take("a"), take("b")], [7, 9]);
});

const RULE = counted("rule", 10);

/**
 * Syncs the windows as if Redis had reported this number of remaining requests, and returns the
 * resulting count.
 */
function heard(windows: LocalWindows, remaining: number, seconds: number, isAllowed = true) {
  const { rule } = RULE;
  const said = { rule, isAllowed, remaining, resetMs: 60_000 };
  return windows.syncWith([RULE], [said], seconds * 1_000)[0]!;
}

Deno.test("T17 counting locally begins with the last counts from Redis, not with zero", () => {
  const windows = new LocalWindows();
  heard(windows, 4, 1);
  assert.equal(admitted(windows, [RULE], 20, 2), 4);
  const refused = new LocalWindows();
  heard(refused, 0, 1, false);
  assert.equal(admitted(refused, [RULE], 20, 2), 0);
  assert.equal(
    admitted(refused, [RULE], 20, 90),
    5,
    "they count by half in the middle of the next",
  );
});

Deno.test("without a failure the counts of Redis apply", () => {
  const windows = new LocalWindows();
  // At second 1, Redis reports one remaining request of ten. The other nine were made in the
  // previous window, so their weight in Redis's count falls all the time. This process does not
  // know that, and assigns them to the current window. But Redis's later counts apply.
  for (const [seconds, remaining] of [[1, 1], [30, 5], [59, 8]] as const) {
    assert.deepEqual(
      [heard(windows, remaining, seconds).isAllowed, heard(windows, remaining, seconds).remaining],
      [true, remaining],
    );
  }
  assert.equal(admitted(windows, [RULE], 20, 59), 8);
  for (const remaining of [9, 3, 6]) {
    assert.equal(heard(windows, remaining, 250).remaining, remaining);
  }
});

Deno.test("T17 requests that were admitted locally still count after Redis answers again", () => {
  const windows = new LocalWindows();
  heard(windows, 7, 1);
  assert.equal(admitted(windows, [RULE], 5, 2), 5);
  const answers = [6, 5, 4].map((remaining) => heard(windows, remaining, 3));
  assert.deepEqual(answers.map(({ remaining }) => remaining), [1, 0, 0]);
  assert.deepEqual(answers.map(({ isAllowed }) => isAllowed), [true, true, false]);
});

Deno.test("requests that Redis turns out to have counted are not counted twice", () => {
  const windows = new LocalWindows();
  heard(windows, 9, 1);
  assert.equal(admitted(windows, [RULE], 5, 2), 5);
  // Redis has counted seven requests: the first one, the five that were admitted locally, and this
  // one.
  assert.equal(heard(windows, 3, 3).remaining, 3);
  assert.equal(admitted(windows, [RULE], 20, 4), 3);
});

Deno.test("an answer for an ended window does not change the next one", () => {
  const windows = new LocalWindows();
  assert.equal(admitted(windows, [RULE], 3, 120), 3);
  assert.equal(heard(windows, 0, 119).remaining, 0);
  assert.equal(admitted(windows, [RULE], 20, 120), 7);
});

Deno.test("counts from Redis take no more memory than local counts", () => {
  const windows = new LocalWindows(3);
  for (const id of ["a", "b", "c", "d"]) {
    const each = counted("rule", 10, id);
    windows.syncWith(
      [each],
      [{ rule: each.rule, isAllowed: true, remaining: 0, resetMs: 0 }],
      1_000,
    );
  }
  assert.equal(windows.size, 3);
  const left = (id: string) => windows.take([counted("rule", 10, id)], 1_000)[0]!.isAllowed;
  assert.deepEqual([left("d"), left("a")], [false, true]);
});
