/**
 * Runs mutants of SQL. Each mutant is migrated into a database of the running server, where the SQL
 * tests run.
 */
import type { Databases } from "@farthing/local-stack/postgres";
import { StackError } from "@farthing/local-stack/running";
import { buildMigrations } from "../schema/build.ts";
import { readSchemas } from "../schema/schema-files.ts";
import { type LongLivedProject, withLongLivedProject } from "../test-tools/long-lived/project.ts";
import { withVariant } from "../test-tools/long-lived/snapshots.ts";
import { FOLDER } from "../test-tools/pgtap-files.ts";
import { openPgtapSession } from "../test-tools/pgtap-session.ts";
import { filesNamed } from "../test-tools/suite.ts";
import { applied, type Mutant } from "./mutant.ts";
import { nearestPgtapFiles } from "./nearest-tests.ts";
import { BrokenBaseline, createBaseline, type Run, SURVIVED, type Verdict } from "./run-mutants.ts";
import { textOf } from "./mutated-files.ts";

/**
 * Most SQL tests take a second, and the longest takes twelve. If a statement runs for more than 60
 * s, the mutant counts as detected.
 */
const SETTINGS = { statement_timeout: "60000" };

/**
 * Returns the first failure of an SQL test in a clone of the database; undefined if the test
 * passes.
 */
async function failureOf(server: Databases, template: string, file: string) {
  const clone = `pgtap_${Deno.pid}_mutant`;
  await server.createDatabase(clone, { template });
  const session = await openPgtapSession(server, clone, SETTINGS);
  try {
    return (await session.run(file)).failures[0];
  } finally {
    await session.end();
    await server.dropDatabase(clone);
  }
}

type Baseline = ReturnType<typeof createBaseline>;

async function meet(
  server: Databases,
  template: string,
  files: readonly string[],
  baseline: Baseline,
): Promise<Verdict> {
  for (const file of files) {
    const failure = await failureOf(server, template, file);
    if (!failure) continue;
    await baseline(file);
    return { is: "killed", by: `${file}: ${failure.test}` };
  }
  return SURVIVED;
}

async function judge(
  project: LongLivedProject,
  mutant: Mutant,
  most: number,
  baseline: Baseline,
): Promise<Verdict> {
  const { server, made } = project;
  const text = applied(await textOf(mutant.file), mutant);
  const mutated = buildMigrations(
    (await readSchemas()).map((file) => file.path === mutant.file ? { ...file, text } : file),
  );
  const files = await nearestPgtapFiles(mutant);
  const chosen = mutant.tests ? filesNamed([...mutant.tests], files) : [];
  const nearest = [...new Set([...chosen, ...files])].slice(0, most)
    .map((path) => path.slice(FOLDER.length + 1));
  try {
    return await withVariant(
      server,
      made,
      mutated,
      (name) => meet(server, name, nearest, baseline),
    );
  } catch (error) {
    if (error instanceof BrokenBaseline) throw error;
    // A StackError means that the migration failed. Any other error comes from the scheduled tasks,
    // which run after a successful migration.
    const is = error instanceof StackError ? "invalid" : "killed";
    return { is, by: (error as Error).message.split("\n")[0]! };
  }
}

export const runSqlMutants: Run = (mutants, most, found) =>
  withLongLivedProject(async (project) => {
    const { server, template } = project;
    const baseline = createBaseline(async (file) => !await failureOf(server, template, file));
    for (const mutant of mutants) await found(mutant, () => judge(project, mutant, most, baseline));
  });
