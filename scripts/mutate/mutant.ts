/** One deliberate mistake in one file: what a test should notice. */
import { createHash } from "node:crypto";

export type Area = "sql" | "functions" | "locks";

/** What part of the mutants that change anything has to be noticed. */
export const FLOORS: Readonly<Record<Area, number>> = { sql: 0.95, functions: 0.95, locks: 0.9 };

export interface Mutant {
  readonly area: Area;
  /** From the root of the repository. */
  readonly file: string;
  /** Where the text begins that is replaced. */
  readonly start: number;
  readonly before: string;
  readonly after: string;
  /** What kind of mistake it is, or what it leads to where somebody chose it. */
  readonly says: string;
  /** Files that should notice it, by a word of their path; the nearest ones where nobody says. */
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

/** The line that is changed, before and after: how a mutant is shown, and told from others. */
export function linesOf(text: string, mutant: Mutant): [before: string, after: string] {
  return [lineAt(text, mutant.start), lineAt(applied(text, mutant), mutant.start)];
}

export function lineNumber(text: string, { start }: Mutant): number {
  return text.slice(0, start).split("\n").length;
}

/** The same for the same change of the same text: a result is found again by it. */
export function keyOf(text: string, { area, file, start, before, after }: Mutant): string {
  const parts = JSON.stringify([area, file, text, start, before, after]);
  return createHash("sha256").update(parts).digest("hex").slice(0, 16);
}
