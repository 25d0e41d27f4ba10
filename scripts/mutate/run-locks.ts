/**
 * Runs mutants that remove or change a lock. A test with one database session never detects a
 * missing lock. So each mutated function is created in a clone of the project's database, where the
 * tests with two sessions run.
 */
import type { Databases } from "@farthing/local-stack/postgres";
import { type LongLivedProject, withLongLivedProject } from "../test-tools/long-lived/project.ts";
import { runSessions } from "../test-tools/sessions.ts";
import { filesNamed } from "../test-tools/suite.ts";
import { applied, type Mutant } from "./mutant.ts";
import { nearestSessions } from "./nearest-tests.ts";
import { createBaseline, type Run, SURVIVED, type Verdict } from "./run-mutants.ts";
import { textOf } from "./mutated-files.ts";

const FUNCTION = /^create (?:or replace )?(?:function|procedure) [^]*?^\$\$;/gm;

/** Returns the statement that creates the function at a position; undefined if there is none. */
function functionAt(text: string, start: number): string | undefined {
  const found = [...text.matchAll(FUNCTION)].find((match) =>
    match.index <= start && start < match.index + match[0].length
  );
  return found?.[0].replace(/^create (?:or replace )?/, "create or replace ");
}

/** Passes a clone of the database to `use`, and drops the clone afterwards. */
async function inClone<T>(
  server: Databases,
  template: string,
  name: string,
  use: (clone: string) => Promise<T>,
): Promise<T> {
  const clone = `pgtap_${Deno.pid}_${name}`;
  await server.createDatabase(clone, { template });
  try {
    return await use(clone);
  } finally {
    await server.dropDatabase(clone);
  }
}

async function replaced(server: Databases, database: string, statement: string): Promise<void> {
  const sql = server.connect(database, { max: 1 });
  await sql.unsafe(statement).finally(() => sql.end());
}

/** Returns the first failure of a test file in a clone; undefined if the file passes. */
const failureOf = (server: Databases, template: string, file: string) =>
  inClone(
    server,
    template,
    "sessions",
    async (clone) => (await runSessions(server, clone, file)).failures[0],
  );

type Baseline = ReturnType<typeof createBaseline>;

async function judge(
  { server, template }: LongLivedProject,
  mutant: Mutant,
  most: number,
  baseline: Baseline,
): Promise<Verdict> {
  const text = await textOf(mutant.file);
  const wrong = functionAt(applied(text, mutant), mutant.start);
  if (!wrong) return { is: "invalid", by: "the change is outside of every function" };
  const all = await nearestSessions(mutant);
  const chosen = mutant.tests ? filesNamed([...mutant.tests], all) : [];
  const nearest = [...new Set([...chosen, ...all])].slice(0, most);
  return await inClone(server, template, "mutant", async (clone) => {
    const problem = await replaced(server, clone, wrong).catch((error: Error) => error);
    if (problem) return { is: "invalid", by: problem.message };
    for (const file of nearest) {
      const failure = await failureOf(server, clone, file);
      if (!failure) continue;
      await baseline(file);
      return { is: "killed", by: `${file}: ${failure.test}` };
    }
    return SURVIVED;
  });
}

export const runLockMutants: Run = (mutants, most, found) =>
  withLongLivedProject(async (project) => {
    const { server, template } = project;
    const baseline = createBaseline(async (file) => !await failureOf(server, template, file));
    for (const mutant of mutants) await found(mutant, () => judge(project, mutant, most, baseline));
  });
