/** Limits as the tests meet them: the counters behind them, and answers that are refused by them. */
import { equal } from "node:assert/strict";
import type { Answer } from "../support/project/http.ts";
import type { World } from "../support/project/world.ts";

/** Who was let in. */
export function admitted(answers: readonly Answer[]): number {
  const refused = answers.filter(({ status }) => status === 429);
  const others = answers.filter(({ status }) => status !== 429);
  for (const { status, text } of others) equal(status, 200, text);
  for (const { text } of refused) equal(JSON.parse(text).error.code, "rate_limited", text);
  return others.length;
}

/** Both windows that a request of the next minute may look into. */
function windows(windowSeconds: number): number[] {
  const current = Math.floor(Date.now() / (windowSeconds * 1000));
  return [current, current + 1];
}

/** As if `id` had asked that often by now: for quotas that no test wants to use up. */
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
 * Runs `count` and gives what it counted, unless a minute began meanwhile: a quota spans two minutes then,
 * and what is exact within one is not told from what is not. Then it counts again.
 */
export async function withinOneMinute<T>(count: () => Promise<T>): Promise<T> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const counted = await count();
    if (Math.floor(Date.now() / 60_000) === minute) return counted;
  }
}
