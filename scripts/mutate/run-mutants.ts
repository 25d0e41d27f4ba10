/** The types that the runners of the areas share. */
import type { Mutant } from "./mutant.ts";
import type { Outcome } from "./outcome.ts";

export type Verdict = Pick<Outcome, "is" | "by">;

export const SURVIVED: Verdict = { is: "survived", by: "" };

/** A test fails without any mistake, and would therefore seem to notice every mutant. */
export class BrokenBaseline extends Error {
  constructor(file: string) {
    super(`${file} fails without any mistake: correct it first`);
  }
}

/**
 * Returns a function that fails if a test file fails without a mistake. Each file is checked once.
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
 * @param most the largest number of test files that run against a mutant, the nearest first
 * @param found called for each mutant with the function that judges it
 */
export type Run = (
  mutants: readonly Mutant[],
  most: number,
  found: (mutant: Mutant, judge: () => Promise<Verdict>) => Promise<void>,
) => Promise<void>;
