import assert from "node:assert/strict";
import { LocalWindows } from "./local-windows.ts";
import type { Counted } from "./rules.ts";

function counted(name: string, quota: number, id = "one"): Counted {
  return { rule: { name, whose: "user", quota, windowSeconds: 60, code: "rate_limited" }, id };
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

Deno.test("what was in the window before counts by the share of it that is not a minute ago", () => {
  const asking = [counted("rule", 10)];
  const windows = new LocalWindows();
  assert.equal(admitted(windows, asking, 20, 59), 10);
  assert.equal(admitted(windows, asking, 20, 60), 0);
  assert.equal(admitted(windows, asking, 20, 90), 5);
  assert.equal(admitted(windows, asking, 20, 105), 3);
  assert.equal(admitted(windows, asking, 20, 240), 10, "what is long over is over");
});

Deno.test("a refused request takes nobody's room", () => {
  const [narrow, wide] = [counted("narrow", 1), counted("wide", 10)];
  const windows = new LocalWindows();
  assert.equal(admitted(windows, [wide, narrow], 5, 1), 1);
  const [left] = windows.take([wide], 1_000);
  assert.deepEqual([left?.remaining, left?.resetMs], [8, 60_000]);
});

Deno.test("who is refused is told when there is room, and then there is", () => {
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

Deno.test("windows are as many as said, and the one not used for longest goes", () => {
  const windows = new LocalWindows(3);
  const take = (id: string) => windows.take([counted("rule", 10, id)], 1_000)[0]!.remaining;
  assert.deepEqual(["a", "b", "c", "a", "d"].map(take), [9, 9, 9, 8, 9]);
  assert.equal(windows.size, 3);
  assert.deepEqual([take("a"), take("b")], [7, 9]);
});
