/** Which mistakes are made: drawn by a seed, and alike often of each kind. */
import { createRandom } from "../../bench/load/random.ts";
import { findSources } from "./sources.ts";
import { functionMistakes } from "./function-mistakes.ts";
import type { Area, Mutant } from "./mutant.ts";
import { lockMistakes, sqlMistakes } from "./sql-mistakes.ts";

const FIND = { sql: sqlMistakes, functions: functionMistakes, locks: lockMistakes };

/** The mistakes of an area by their kind. */
async function mistakesOf(area: Area): Promise<Map<string, Mutant[]>> {
  const byKind = new Map<string, Mutant[]>();
  for (const { path, text } of await findSources(area)) {
    for (const mutant of FIND[area](path, text).flat()) {
      byKind.set(mutant.says, [...byKind.get(mutant.says) ?? [], mutant]);
    }
  }
  return byKind;
}

/** So many mutants of an area, a kind at a time in turn; fewer where there are no more. */
export async function drawMutants(area: Area, count: number, seed: number): Promise<Mutant[]> {
  const random = createRandom(seed);
  const kinds = [...(await mistakesOf(area)).values()];
  const drawn: Mutant[] = [];
  while (drawn.length < count && kinds.some(({ length }) => length > 0)) {
    for (const kind of kinds) {
      const [mutant] = kind.splice(Math.floor(random() * kind.length), 1);
      if (mutant && drawn.length < count) drawn.push(mutant);
    }
  }
  return drawn;
}
