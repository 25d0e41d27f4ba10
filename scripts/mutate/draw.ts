/** Which mistakes are made: drawn by a seed, and alike often of each kind. */
import { createRandom } from "../../bench/load/random.ts";
import { findSources } from "./sources.ts";
import { functionMistakes } from "./function-mistakes.ts";
import type { Area, Mutant } from "./mutant.ts";
import { sqlMistakes } from "./sql-mistakes.ts";

/** The mistakes of an area by their kind. */
async function mistakesOf(area: Area): Promise<Map<string, Mutant[]>> {
  const byKind = new Map<string, Mutant[]>();
  const find = area === "functions" ? functionMistakes : sqlMistakes;
  for (const { path, text } of await findSources(area)) {
    for (const mutant of find(path, text).flat()) {
      const isLock = mutant.says === "skipped rows waited for";
      if (isLock !== (area === "locks")) continue;
      const same = byKind.get(mutant.says) ?? [];
      byKind.set(mutant.says, [...same, { ...mutant, area }]);
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
