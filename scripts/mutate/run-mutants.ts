/**
 * The type `Run` of the functions that run the mutants of an area. Also the check that a test
 * passes when no mutant is applied.
 */
import type { Mutant } from "./mutant.ts";
import type { MutantResult } from "./mutant-results.ts";

export type Verdict = Pick<MutantResult, "is" | "by">;

export const SURVIVED: Verdict = { is: "survived", by: "" };

/** Thrown if a test fails even without a mutant. Such a test would seem to detect every mutant. */
export class BrokenBaseline extends Error {
  constructor(file: string) {
    super(`${file} fails even without a mutant: correct the test first`);
  }
}

/**
 * Returns a function that throws an error if a test file fails without a mutant. Each file is
 * checked only once.
 */
export function createBaseline(passes: (file: string) => Promise<boolean>) {
  const asked = new Map<string, Promise<boolean>>();
  return async (file: string): Promise<void> => {
    const isGood = asked.get(file) ?? passes(file);
    asked.set(file, isGood);
    if (!await isGood) throw new BrokenBaseline(file);
  };
}

/**
 * @param most the maximum number of test files to run against a mutant, the nearest first
 * @param found called for each mutant, with a function that runs this mutant
 */
export type Run = (
  mutants: readonly Mutant[],
  most: number,
  found: (mutant: Mutant, judge: () => Promise<Verdict>) => Promise<void>,
) => Promise<void>;
