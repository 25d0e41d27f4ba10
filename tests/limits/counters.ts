/** Sets the counters of rate limits in Redis, and counts admitted requests. */
import { equal } from "node:assert/strict";
import type { Answer } from "../support/project/http.ts";
import type { World } from "../support/project/world.ts";

/** Returns the number of admitted requests, and asserts that a rate limit refused all others. */
export function admitted(answers: readonly Answer[]): number {
  const refused = answers.filter(({ status }) => status === 429);
  const others = answers.filter(({ status }) => status !== 429);
  for (const { status, text } of others) equal(status, 200, text);
  for (const { text } of refused) equal(JSON.parse(text).error.code, "rate_limited", text);
  return others.length;
}

/**
 * Returns the numbers of the current and the next window. The test sets the counters of both,
 * because the next window may begin before the test sends its request. In either window, the
 * request then reads at least one counter that was set.
 */
function windows(windowSeconds: number): number[] {
  const current = Math.floor(Date.now() / (windowSeconds * 1000));
  return [current, current + 1];
}

/**
 * Sets the counters as if `id` had sent `count` requests, because some limits are too high for a
 * test to reach with real requests.
 */
export async function useUp(
  { redisUrl, redisToken }: World,
  { rule, id, count, windowSeconds }: {
    rule: string;
    id: string;
    count: number;
    windowSeconds: number;
  },
): Promise<void> {
  const commands = windows(windowSeconds)
    .map((nth) => ["SET", `farthing:${rule}:${id}:${nth}`, count, "PX", windowSeconds * 2000]);
  const answer = await fetch(`${redisUrl}/pipeline`, {
    method: "POST",
    headers: { authorization: `Bearer ${redisToken}` },
    body: JSON.stringify(commands),
  });
  equal(answer.status, 200, await answer.text());
}

/**
 * Runs `count` repeatedly until one run begins and ends in the same minute, and returns the result of that
 * run. A burst that spans two minutes counts against two windows, so it can't show whether the limit is
 * exact.
 */
export async function withinOneMinute<T>(count: () => Promise<T>): Promise<T> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const counted = await count();
    if (Math.floor(Date.now() / 60_000) === minute) return counted;
  }
}
