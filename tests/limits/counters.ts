/** Rate limits for tests: the counters in Redis, and refused answers. */
import { equal } from "node:assert/strict";
import type { Answer } from "../support/project/http.ts";
import type { World } from "../support/project/world.ts";

/** Counts the admitted requests. */
export function admitted(answers: readonly Answer[]): number {
  const refused = answers.filter(({ status }) => status === 429);
  const others = answers.filter(({ status }) => status !== 429);
  for (const { status, text } of others) equal(status, 200, text);
  for (const { text } of refused) equal(JSON.parse(text).error.code, "rate_limited", text);
  return others.length;
}

/** The two windows that a request within the next window may read. */
function windows(windowSeconds: number): number[] {
  const current = Math.floor(Date.now() / (windowSeconds * 1000));
  return [current, current + 1];
}

/**
 * Sets the counters as if `id` had sent this many requests, for limits that are too high to use up.
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
 * Runs `count` again until it runs within one minute, and returns its result. A limit spans two
 * minutes, so a count across both can't show whether the limit is exact.
 */
export async function withinOneMinute<T>(count: () => Promise<T>): Promise<T> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const counted = await count();
    if (Math.floor(Date.now() / 60_000) === minute) return counted;
  }
}
