/** Draws mutants with a seeded random generator, equally many of each kind. */
import { createRandom } from "@farthing/command-line";
import { findChanged } from "./changed-lines.ts";
import { findSources } from "./mutated-files.ts";
import { functionMistakes } from "./function-mistakes.ts";
import type { Area, Mutant } from "./mutant.ts";
import { lockMistakes, sqlMistakes } from "./sql-mistakes.ts";

const FIND = { sql: sqlMistakes, functions: functionMistakes, locks: lockMistakes };

/** Returns all possible mutants of an area, by kind. */
async function mistakesOf(area: Area, since?: string): Promise<Map<string, Mutant[]>> {
  const isMeant = since === undefined ? () => true : await findChanged(since);
  const byKind = new Map<string, Mutant[]>();
  for (const { path, text } of await findSources(area)) {
    for (const mutant of FIND[area](path, text).flat()) {
      if (!await isMeant(mutant)) continue;
      byKind.set(mutant.says, [...byKind.get(mutant.says) ?? [], mutant]);
    }
  }
  return byKind;
}

/**
 * Draws `count` mutants of an area, taking the kinds in turn. If the area has fewer mutants, draws
 * all of them.
 * @param since draw only mutants in lines that are new since this commit
 */
export async function drawMutants(
  area: Area,
  count: number,
  seed: number,
  since?: string,
): Promise<Mutant[]> {
  const random = createRandom(seed);
  const kinds = [...(await mistakesOf(area, since)).values()];
  const drawn: Mutant[] = [];
  while (drawn.length < count && kinds.some(({ length }) => length > 0)) {
    for (const kind of kinds) {
      const [mutant] = kind.splice(Math.floor(random() * kind.length), 1);
      if (mutant && drawn.length < count) drawn.push(mutant);
    }
  }
  return drawn;
}
