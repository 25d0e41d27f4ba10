/**
 * Runs test files on two stacks. Each stack takes a few files at a time from one queue, so neither
 * is idle for long.
 */
import { type Environment, withStack } from "./stack-process.ts";
import type { Row } from "./suite.ts";

export interface TwoStacks {
  /** The files, the longest first. */
  readonly files: readonly string[];
  /** The number of files that a stack gets at a time. */
  readonly atOnce: number;
  /** Test files that each stack runs last, after all other files. */
  readonly last?: readonly string[];
  /** More flags for `deno task start`. */
  readonly flags?: readonly string[];
}

/** Calls `run` for some files at a time, until each file has run on one of two stacks. */
export async function onTwoStacks(
  { files, atOnce, last = [], flags = [] }: TwoStacks,
  run: (files: string[], env: Environment) => Promise<Row[]>,
): Promise<Row[]> {
  const queue = [...files];
  const work = async (env: Environment) => {
    const rows: Row[] = [];
    while (queue.length > 0) rows.push(...await run(queue.splice(0, atOnce), env));
    return last.length === 0 ? rows : [...rows, ...await run([...last], env)];
  };
  const both = await Promise.all([withStack(work, [...flags]), withStack(work, [...flags])]);
  return both.flat();
}
