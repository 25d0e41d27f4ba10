/**
 * Checks that the text of each chosen mutant is in its file exactly once. Otherwise `deno task
 * mutate` cannot make the mutant, so it cannot show whether a test detects the mutant.
 */
import type { Finding, Rule, Source } from "../sources/source.ts";

const CHOSEN = "scripts/mutate/chosen.json";

/** Returns the line of each mutant's text, in the order of the mutants. */
function linesOfTexts({ lines }: Source): number[] {
  return lines.flatMap((line, index) => /^\s*"find": /.test(line) ? [index + 1] : []);
}

function findingsIn(chosen: Source, sources: Source[]): Finding[] {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  const lines = linesOfTexts(chosen);
  const mutants: { file: string; find: string }[] = JSON.parse(chosen.text);
  return mutants.flatMap(({ file, find }, nr) => {
    const text = texts.get(file);
    const count = (text ?? "").split(find).length - 1;
    if (count === 1) return [];
    const message = text === undefined
      ? `this file does not exist: ${file}`
      : `${file} must contain this text once, and contains it ${count} times`;
    return [{ path: CHOSEN, line: lines[nr] ?? 1, message }];
  });
}

export const chosenMutants: Rule = {
  name: "chosen-mutants",
  check(sources) {
    const chosen = sources.find(({ path }) => path === CHOSEN);
    return chosen ? findingsIn(chosen, sources) : [];
  },
};
