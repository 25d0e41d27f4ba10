/**
 * Follows a runbook: runs each of its commands in the printed order. In this file, a page is always
 * a runbook.
 */
import { ok } from "node:assert/strict";
import { withSql } from "../support/project/database.ts";
import type { World } from "../support/project/world.ts";
import { isNotTried } from "./not-tried.ts";
import { commonValues, type Place } from "./place.ts";
import { type Command, commandsIn, readRunbook } from "./printed-commands.ts";

/** A placeholder or other text of the runbook, and the text that replaces it. */
export type Value = readonly [printed: string, real: string];

/** A command that has succeeded. */
export interface Ran {
  /** The command's text, with the values in place of the placeholders. */
  readonly text: string;
  /** The standard output; empty for SQL. */
  readonly said: string;
}

/** The state of the stack for which a runbook is written. */
export interface Scene {
  /** Makes the state, and returns the values of the runbook's placeholders. */
  readonly prepare?: (world: World) => Promise<Value[]>;
  /**
   * Is called after each command. May check the result; returns values for the next commands'
   * placeholders.
   */
  readonly after?: (ran: Ran, world: World, place: Place) => Promise<Value[]> | Value[];
  /** Reverts those effects of the runbook's commands that would affect other tests. */
  readonly undo?: (world: World) => Promise<unknown>;
  /** True if the runbook's SQL is committed. Otherwise each code block of SQL is rolled back. */
  readonly commits?: boolean;
  /** Text for the standard input of a command that reads it. */
  readonly input?: string;
}

/** A placeholder that has no value: a word in capitals where an id belongs, or an ellipsis. */
const UNFILLED = /…|\/ID\b|'ORDER'|\b(?:REF|EMAIL|USER|EVENT|PAYOUT|COUNTER)\b(?!=)/;

/** Statements that PostgreSQL may refuse inside a transaction block. */
const ALONE = /^call /;

async function runSql(world: World, text: string, commits: boolean): Promise<void> {
  await withSql(world, async (sql) => {
    const isWhole = commits || ALONE.test(text);
    if (!isWhole) await sql.unsafe("begin");
    try {
      const results = await sql.unsafe(text);
      const each = Array.isArray(results[0])
        ? results as unknown as { command: string; count: number }[]
        : [results];
      for (const { command, count } of each) {
        ok(command !== "UPDATE" || count > 0, `an update changes no row: ${text}`);
      }
    } finally {
      if (!isWhole) await sql.unsafe("rollback");
    }
  });
}

function filled({ text }: Command, values: readonly Value[], used: Set<string>): string {
  let real = text;
  for (const [printed, value] of values) {
    if (real.includes(printed)) used.add(printed);
    real = real.replaceAll(printed, value);
  }
  // A runbook prints a fixed idempotency key. The test sends each request with a new key, so that
  // no request is a repeat, even if the test runs again.
  real = real.replace(/(idempotency-key: )[\w-]+/i, `$1${crypto.randomUUID()}`);
  ok(!UNFILLED.test(real), `a placeholder has no value: ${real}`);
  return real;
}

/**
 * Runs all commands of a runbook except those listed in not-tried.ts. Returns the number of
 * commands that ran.
 * @throws if a command fails, or if the runbook lacks a text for which the scene has a value
 */
export async function follow(
  world: World,
  place: Place,
  page: string,
  scene: Scene = {},
): Promise<number> {
  try {
    return await followAll(world, place, page, scene);
  } finally {
    await scene.undo?.(world);
  }
}

async function followAll(
  world: World,
  place: Place,
  page: string,
  { prepare, after, commits = false, input }: Scene,
): Promise<number> {
  const text = readRunbook(page);
  const own = await prepare?.(world) ?? [];
  const used = new Set<string>();
  let ran = 0;
  for (const command of commandsIn(text)) {
    if (isNotTried(page, command.text)) continue;
    const real = filled(command, [...own, ...commonValues(world)], used);
    let said = "";
    if (command.kind === "sql") {
      await runSql(world, real, commits).catch((error) => {
        throw new Error(`${page}: ${real}`, { cause: error });
      });
    } else said = await place.sh(real, input);
    ran++;
    own.unshift(...await after?.({ text: real, said }, world, place) ?? []);
  }
  const unused = own.filter(([printed]) => !used.has(printed)).map(([printed]) => printed);
  ok(unused.length === 0, `${page} no longer has: ${unused.join(", ")}`);
  return ran;
}
