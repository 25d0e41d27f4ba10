/**
 * Runs mutants of the functions. Each mutant is written into a copy of the repository, where the
 * tests run.
 */
import { dirname } from "node:path";
import { withCleanup } from "@farthing/command-line";
import { runDenoTests } from "../test-tools/deno-tests.ts";
import { filesNamed } from "../test-tools/suite.ts";
import { ROOT } from "../command/root.ts";
import { applied, type Mutant } from "./mutant.ts";
import { nearestTests } from "./nearest-tests.ts";
import { createBaseline, type Run, SURVIVED, type Verdict } from "./run-mutants.ts";
import { textOf, tree } from "./mutated-files.ts";

/**
 * Twenty times as long as the slowest test file takes. A mutant that makes the tests hang for this
 * long counts as detected.
 */
const LIMIT_MS = 20_000;
/**
 * The number of test files that the first process runs, that the second process runs, and so on.
 * The nearest tests detect most mutants, so the first processes run few files. If each file had a
 * process of its own, each file would take a second longer.
 */
const AT_ONCE = [4, 8, 16, 200];

/** Copies the text files of the repository, and links the installed packages. */
async function copyRepository(to: string): Promise<void> {
  for (const { path, text } of await tree()) {
    await Deno.mkdir(dirname(`${to}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${to}/${path}`, text);
  }
  for (const place of ["node_modules", "supabase/functions/node_modules"]) {
    const isThere = await Deno.stat(`${ROOT}${place}`).then(() => true, () => false);
    if (isThere) await Deno.symlink(`${ROOT}${place}`, `${to}/${place}`);
  }
}

type Baseline = ReturnType<typeof createBaseline>;

async function meet(cwd: string, tests: readonly string[]): Promise<Verdict & { file?: string }> {
  let left = [...tests];
  for (const count of AT_ONCE) {
    const files = left.slice(0, count);
    left = left.slice(count);
    if (files.length === 0) break;
    const rows = await runDenoTests({ files, cwd, flags: ["--no-check"], limitMs: LIMIT_MS });
    for (const { name, failures: [failure] } of rows) {
      if (failure) return { is: "killed", by: `${name}: ${failure.test}`, file: name };
    }
  }
  return SURVIVED;
}

async function judge(
  cwd: string,
  mutant: Mutant,
  most: number,
  baseline: Baseline,
): Promise<Verdict> {
  const { file } = mutant;
  const all = await nearestTests(mutant);
  const chosen = mutant.tests ? filesNamed([...mutant.tests], all) : [];
  const nearest = [...new Set([...chosen, ...all])].slice(0, most);
  const text = await textOf(file);
  await Deno.writeTextFile(`${cwd}/${file}`, applied(text, mutant));
  const met = await meet(cwd, nearest)
    .finally(() => Deno.writeTextFile(`${cwd}/${file}`, text));
  // If Deno could not load the tests, `met` names no test file, so there is no test to check
  // without the mutant.
  if (met.file && nearest.includes(met.file)) await baseline(met.file);
  return { is: met.is, by: met.by };
}

export const runFunctionMutants: Run = async (mutants, most, found) => {
  const cwd = await Deno.makeTempDir({ prefix: "farthing-mutants-" });
  const cleanup = () => Deno.remove(cwd, { recursive: true });
  await withCleanup(cleanup, async () => {
    await copyRepository(cwd);
    const baseline = createBaseline(async (file) => (await meet(cwd, [file])).is === "survived");
    for (const mutant of mutants) await found(mutant, () => judge(cwd, mutant, most, baseline));
  });
};
