/**
 * Runs mutants: the chosen ones, and some that are drawn at random. Results of earlier runs are
 * reused.
 */
import { type Chosen, place, readChosen } from "./chosen-mutants.ts";
import { drawMutants } from "./draw-mutants.ts";
import { type Area, keyOf, lineNumber, linesOf, type Mutant } from "./mutant.ts";
import { type MutantResult, readResults, writeResult } from "./mutant-results.ts";
import { runFunctionMutants } from "./run-functions.ts";
import { runLockMutants } from "./run-locks.ts";
import { runSqlMutants } from "./run-sql.ts";
import type { Run, Verdict } from "./run-mutants.ts";
import { textOf } from "./mutated-files.ts";

const RUNS: Readonly<Record<Area, Run>> = {
  sql: runSqlMutants,
  functions: runFunctionMutants,
  locks: runLockMutants,
};

export interface Wanted {
  readonly areas: readonly Area[];
  /** Run only those chosen mutants whose file or consequence contains this text. */
  readonly only?: string | undefined;
  /**
   * How many mutants to draw in each area, besides the chosen ones. In the area `locks`, any number
   * except 0 draws all mutants.
   */
  readonly random: number;
  readonly seed: number;
  /** Draw only mutants in lines that are new since this commit. */
  readonly since?: string | undefined;
  /** The maximum number of test files to run against a mutant. */
  readonly most: number;
  /** Whether to rerun the mutants that survived an earlier run. */
  readonly again: boolean;
  /** The file that stores the results. */
  readonly results: string;
}

export interface Session {
  readonly results: MutantResult[];
  /** Chosen mutants that no longer fit the code. */
  readonly stale: Chosen[];
}

const isLike = ({ file, find, replace }: Chosen, mutant: Mutant, text: string) => {
  if (file !== mutant.file || !find.includes(mutant.before)) return false;
  const start = text.indexOf(find);
  return start <= mutant.start && mutant.start + mutant.before.length <= start + find.length &&
    find.slice(0, mutant.start - start) + mutant.after +
          find.slice(mutant.start - start + mutant.before.length) === replace;
};

async function mutantsOf(area: Area, wanted: Wanted, all: readonly Chosen[]) {
  const chosen = all.filter((each) => each.area === area);
  const equal = chosen.filter(({ equivalent }) => equivalent !== undefined);
  const told = chosen.filter(({ equivalent, file, says }) =>
    equivalent === undefined && `${file} ${says}`.includes(wanted.only ?? "")
  );
  const placed = await Promise.all(told.map(place));
  const drawn: Mutant[] = [];
  // There are few mutants of locks, so all of them run.
  const count = area === "locks" && wanted.random > 0 ? Infinity : wanted.random;
  for (const mutant of await drawMutants(area, count, wanted.seed, wanted.since)) {
    const text = await textOf(mutant.file);
    if (!equal.some((each) => isLike(each, mutant, text))) drawn.push(mutant);
  }
  return {
    mutants: [...placed.filter((mutant) => mutant !== undefined), ...drawn],
    stale: told.filter((_, at) => placed[at] === undefined),
  };
}

async function resultOf(mutant: Mutant, judge: () => Promise<Verdict>): Promise<MutantResult> {
  const text = await textOf(mutant.file);
  const [before, after] = linesOf(text, mutant);
  const begun = performance.now();
  const { area, says } = mutant;
  const at = `${mutant.file}:${lineNumber(text, mutant)}`;
  const verdict = await judge();
  const ms = Math.round(performance.now() - begun);
  return { key: keyOf(text, mutant), area, at, says, before, after, ...verdict, ms };
}

export async function runSession(
  wanted: Wanted,
  see: (result: MutantResult) => void,
): Promise<Session> {
  const known = await readResults(wanted.results);
  const session: Session = { results: [], stale: [] };
  const all = await readChosen();
  for (const area of wanted.areas) {
    const { mutants, stale } = await mutantsOf(area, wanted, all);
    session.stale.push(...stale);
    const left: Mutant[] = [];
    for (const mutant of mutants) {
      const before = known.get(keyOf(await textOf(mutant.file), mutant));
      if (before && !(wanted.again && before.is === "survived")) session.results.push(before);
      else left.push(mutant);
    }
    if (left.length === 0) continue;
    await RUNS[area](left, wanted.most, async (mutant, judge) => {
      const result = await resultOf(mutant, judge);
      await writeResult(wanted.results, result);
      session.results.push(result);
      see(result);
    });
  }
  return session;
}
