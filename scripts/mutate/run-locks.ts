/**
 * Mutants of locks: one session never notices a lock that is not there, so each function is replaced on a
 * running stack and meets the tests over HTTP that race.
 */
import postgres from "postgres";
import { findTests, runDenoTests } from "../test/deno-tests.ts";
import { type Environment, withStack } from "../test/stack-process.ts";
import { filesNamed } from "../test/suite.ts";
import { applied, type Mutant } from "./mutant.ts";
import { createBaseline, type Run, SURVIVED, type Verdict } from "./run.ts";
import { textOf } from "./sources.ts";

const LIMIT_MS = 120_000;
const RACES = ["tests/races"];

const FUNCTION = /^create (?:or replace )?function [^]*?^\$\$;/gm;

/** The statement that makes the function around a place; undefined where there is none. */
function functionAt(text: string, start: number): string | undefined {
  const found = [...text.matchAll(FUNCTION)].find((match) =>
    match.index <= start && start < match.index + match[0].length
  );
  return found?.[0].replace(/^create (?:or replace )?function/, "create or replace function");
}

type Baseline = ReturnType<typeof createBaseline>;

/** The first row with a failure; undefined where all pass. */
async function failedRow(env: Environment, files: string[]) {
  const rows = await runDenoTests({ files, env, flags: ["--no-check"], limitMs: LIMIT_MS });
  return rows.find(({ failures }) => failures.length > 0);
}

async function replaced(env: Environment, statement: string): Promise<void> {
  const sql = postgres(env.SUPABASE_DB_URL!, { max: 1, onnotice() {} });
  await sql.unsafe(statement).finally(() => sql.end());
}

async function judge(
  env: Environment,
  mutant: Mutant,
  most: number,
  baseline: Baseline,
): Promise<Verdict> {
  const text = await textOf(mutant.file);
  const wrong = functionAt(applied(text, mutant), mutant.start);
  if (!wrong) return { is: "invalid", by: "it is in no function" };
  const words = [...mutant.tests ?? RACES];
  const files = filesNamed(words, await findTests(["tests"])).slice(0, most);
  await replaced(env, wrong);
  const row = await failedRow(env, files);
  if (!row) return SURVIVED;
  await baseline(row.name);
  return { is: "killed", by: `${row.name}: ${row.failures[0]!.test}` };
}

/** A stack for each: what a missing lock has broken stays in the data, and fails the proof of the next. */
export const runLockMutants: Run = async (mutants, most, found) => {
  const baseline = createBaseline((file) =>
    withStack(async (env) => !await failedRow(env, [file]))
  );
  for (const mutant of mutants) {
    await found(mutant, () => withStack((env) => judge(env, mutant, most, baseline)));
  }
};
