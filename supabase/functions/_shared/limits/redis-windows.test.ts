import assert from "node:assert/strict";
import type { Redis } from "@upstash/redis";
import { RedisWindows } from "./redis-windows.ts";
import { type Counted, RULES } from "./rules.ts";

const [rule] = RULES.get("default")!.filter(({ name }) => name === "default");
const { quota } = rule!;

const asking = (id: string): Counted[] => [{ rule: rule!, id }];

function windowsOf(answer: unknown): RedisWindows {
  return new RedisWindows({ evalsha: () => Promise.resolve(answer) } as unknown as Redis);
}

Deno.test("only what the script can have meant is a count", async () => {
  const counts = [[quota - 1, quota], [0, quota], [-1, quota]];
  for (const answer of counts) await windowsOf(answer).take(asking("one"));
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
    await assert.rejects(windowsOf(answer).take(asking("one")), /not an answer/, String(answer));
  }
});

Deno.test("who was refused is known until the window is over, and no longer", async () => {
  const windows = windowsOf([-1, quota]);
  const [refused] = await windows.take(asking("one"));
  const { isAllowed, resetMs } = refused!;
  assert.equal(isAllowed, false);
  assert.deepEqual(windows.blocked(asking("one"), resetMs), [
    { rule, isAllowed: false, remaining: 0, resetMs },
  ]);
  assert.deepEqual(windows.blocked(asking("one"), resetMs + 1), []);
  assert.deepEqual(windows.blocked(asking("two"), resetMs), []);
});

Deno.test("of those refused the latest 10,000 are known", async () => {
  const windows = windowsOf([-1, quota]);
  for (let nth = 0; nth <= 10_000; nth++) await windows.take(asking(`${nth}`));
  const known = (nth: number) => windows.blocked(asking(`${nth}`), 0).length === 1;
  assert.deepEqual([0, 1, 10_000].map(known), [false, true, true]);
});
