import assert from "node:assert/strict";
import type { Redis } from "@upstash/redis";
import { RedisWindows } from "./redis-windows.ts";
import { type Counted, RULES } from "./rate-limit-rules.ts";

const [rule] = RULES.get("default")!.filter(({ name }) => name === "default");
const { quota } = rule!;

const asking = (id: string): Counted[] => [{ rule: rule!, id }];

const NOW_MS = 5_000;

/**
 * A Redis that answers each count with `answer`, and each read of the stored counts with `counts`.
 */
function windowsOf(answer: unknown, counts: unknown = [quota, null]): RedisWindows {
  const redis = { evalsha: () => Promise.resolve(answer), mget: () => Promise.resolve(counts) };
  return new RedisWindows(redis as unknown as Redis);
}

Deno.test("only a valid answer of the script is a count", async () => {
  const counts = [[quota - 1, quota], [0, quota], [-1, quota]];
  for (const answer of counts) await windowsOf(answer).take(asking("one"), NOW_MS);
  const nonsense = [
    [-2, quota],
    [quota, quota],
    [quota + 1, quota],
    [1.5, quota],
    [NaN, quota],
    ["1", quota],
    [4, 5],
    [4, quota + 1],
    [4],
    [4, quota, 1],
    ...[null, undefined, 4, "4", {}, { 0: 4, 1: quota, length: 2 }],
  ];
  for (const answer of nonsense) {
    await assert.rejects(
      windowsOf(answer).take(asking("one"), NOW_MS),
      /invalid response/,
      String(answer),
    );
  }
});

Deno.test("a refused caller is blocked until the next request is allowed, and no longer", async () => {
  const windows = windowsOf([-1, quota]);
  const [refused] = await windows.take(asking("one"), NOW_MS);
  assert.deepEqual(refused, { rule, isAllowed: false, remaining: 0, resetMs: 60_001 });
  assert.deepEqual(windows.blocked(asking("one"), 60_000), [refused]);
  assert.deepEqual(windows.blocked(asking("one"), 60_001), []);
  assert.deepEqual(windows.blocked(asking("two"), 60_000), []);
});

Deno.test("a caller refused for the minute before is allowed again within a second", async () => {
  const windows = windowsOf([-1, quota], [1, quota]);
  const [refused] = await windows.take(asking("one"), 60_100);
  assert.equal(refused?.resetMs, 60_601);
});

Deno.test("the windows' contents must be counts", async () => {
  for (const counts of [null, [], [1], [1, 2, 3], ["1", 2], [1, -1], [1.5, 2], [NaN, 1], {}]) {
    const windows = windowsOf([-1, quota], counts);
    await assert.rejects(windows.take(asking("one"), NOW_MS), /invalid response/, String(counts));
  }
});

Deno.test("the latest 10,000 refused callers are remembered", async () => {
  const windows = windowsOf([-1, quota]);
  for (let nth = 0; nth <= 10_000; nth++) await windows.take(asking(`${nth}`), NOW_MS);
  const known = (nth: number) => windows.blocked(asking(`${nth}`), 0).length === 1;
  assert.deepEqual([0, 1, 10_000].map(known), [false, true, true]);
});
