/**
 * Counts the isolates that a stack has killed, and repeats requests that were lost because their isolate
 * was killed.
 */
import { ok } from "node:assert/strict";
import type { IsolateCounts } from "@farthing/local-stack/isolates";
import { delay } from "@farthing/command-line";
import type { Answer } from "../project/http.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

type Counts = Record<string, IsolateCounts>;

async function countsOf({ url }: World): Promise<Counts> {
  const response = await fetch(`${url}/stack/isolates`);
  ok(response.ok, "start the stack with --isolates, so that it counts its isolates");
  return await response.json();
}

const killedOf = ({ ended: { cpu, wall_clock, memory } }: IsolateCounts) =>
  cpu + wall_clock + memory;

/** The starts and kills of one function's isolates. */
export interface Deaths {
  started: number;
  killed: number;
  /** The number of requests that were in progress when their isolate was killed. */
  cut: number;
}

export async function deathsDuring(
  world: World,
  name: string,
  use: () => Promise<void>,
): Promise<Deaths> {
  const figures = (counts: Counts) => {
    const { [name]: of } = counts;
    ok(of, `no function ${name}`);
    return { started: of.started, killed: killedOf(of), cut: of.cut };
  };
  const before = figures(await countsOf(world));
  await use();
  const after = figures(await countsOf(world));
  return {
    started: after.started - before.started,
    killed: after.killed - before.killed,
    cut: after.cut - before.cut,
  };
}

/**
 * Returns true if an app should repeat the request with the same idempotency key. docs/reference/faults.md
 * says when.
 */
export function isWorthRepeating({ status, text }: Pick<Answer, "status" | "text">): boolean {
  if (status === 409) return text.includes("idempotency_in_progress");
  return status === 408 || status === 429 || status >= 500;
}

const DEADLINE_MS = 60_000;

/**
 * Repeats a request as long as `isWorthRepeating` is true. Before each repeat, waits as long as the
 * response's Retry-After says.
 */
export function insist(
  what: string,
  ask: () => Promise<Answer>,
  deadlineMs = DEADLINE_MS,
): Promise<Answer> {
  return until(what, async () => {
    const answer = await ask();
    if (!isWorthRepeating(answer)) return answer;
    await delay(1000 * Number(answer.headers.get("retry-after") ?? 0));
    return undefined;
  }, deadlineMs);
}
