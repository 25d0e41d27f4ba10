/** A mutant: one deliberate mistake in one file, which a test should detect. */
import { createHash } from "node:crypto";

export type Area = "sql" | "functions" | "locks";

/**
 * For each area, the minimum fraction of the mutants that the tests must detect. Invalid mutants
 * do not count.
 */
export const FLOORS: Readonly<Record<Area, number>> = { sql: 0.95, functions: 0.95, locks: 0.9 };

export interface Mutant {
  readonly area: Area;
  /** The path from the root of the repository. */
  readonly file: string;
  /** The position of the replaced text. */
  readonly start: number;
  readonly before: string;
  readonly after: string;
  /** The kind of the mutant if it was drawn at random, or its consequence if a person chose it. */
  readonly says: string;
  /**
   * The tests that should detect the mutant, as parts of their paths. By default these are the
   * nearest tests.
   */
  readonly tests?: readonly string[];
}

export function applied(text: string, { start, before, after }: Mutant): string {
  return text.slice(0, start) + after + text.slice(start + before.length);
}

function lineAt(text: string, position: number): string {
  const from = text.lastIndexOf("\n", position - 1) + 1;
  const to = text.indexOf("\n", position);
  return text.slice(from, to === -1 ? undefined : to).trim();
}

/**
 * Returns the changed line before and after the change. These two lines identify a mutant in the
 * output.
 */
export function linesOf(text: string, mutant: Mutant): [before: string, after: string] {
  return [lineAt(text, mutant.start), lineAt(applied(text, mutant), mutant.start)];
}

export function lineNumber(text: string, { start }: Mutant): number {
  return text.slice(0, start).split("\n").length;
}

/**
 * Returns the key under which the mutant's result is stored. The same change in the same text has
 * the same key.
 */
export function keyOf(text: string, { area, file, start, before, after }: Mutant): string {
  const parts = JSON.stringify([area, file, text, start, before, after]);
  return createHash("sha256").update(parts).digest("hex").slice(0, 16);
}
