/** One deliberate mistake in one file, which a test should notice. */
import { createHash } from "node:crypto";

export type Area = "sql" | "functions" | "locks";

/** The part of the effective mutants that tests must notice. */
export const FLOORS: Readonly<Record<Area, number>> = { sql: 0.95, functions: 0.95, locks: 0.9 };

export interface Mutant {
  readonly area: Area;
  /** The path from the root of the repository. */
  readonly file: string;
  /** The position of the replaced text. */
  readonly start: number;
  readonly before: string;
  readonly after: string;
  /** The kind of a drawn mistake, or the consequence of a chosen one. */
  readonly says: string;
  /** Tests that should notice it, as parts of their paths; by default the nearest ones. */
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

/** Returns the changed line before and after, which identifies a mutant in the output. */
export function linesOf(text: string, mutant: Mutant): [before: string, after: string] {
  return [lineAt(text, mutant.start), lineAt(applied(text, mutant), mutant.start)];
}

export function lineNumber(text: string, { start }: Mutant): number {
  return text.slice(0, start).split("\n").length;
}

/**
 * Returns the key under which the mutant's result is stored. The same change of the same text has
 * the same key.
 */
export function keyOf(text: string, { area, file, start, before, after }: Mutant): string {
  const parts = JSON.stringify([area, file, text, start, before, after]);
  return createHash("sha256").update(parts).digest("hex").slice(0, 16);
}
