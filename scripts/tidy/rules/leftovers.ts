/**
 * Finds text that must not be committed: notes that a developer left for later, and paths of the
 * developer's machine.
 */
import type { Finding, Rule, Source } from "../sources/source.ts";

function eachMatch(
  sources: Source[],
  pattern: RegExp,
  explain: (found: string) => string,
): Finding[] {
  return sources.flatMap(({ path, lines }) =>
    lines.flatMap((text, index) => {
      const match = pattern.exec(text);
      return match ? [{ path, line: index + 1, message: explain(match[1] ?? match[0]) }] : [];
    })
  );
}

export const noLeftover: Rule = {
  name: "no-leftover",
  check: (sources) =>
    // The brackets prevent the pattern from matching its own source.
    eachMatch(sources, /(\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b|\bHAC[K]\b)/, (found) =>
      `${found}: do the work now, or open an issue`),
};

export const noMachine: Rule = {
  name: "no-machine",
  check: (sources) => [
    ...eachMatch(
      sources,
      /(?:^|[^\w./*-])(\/(?:work|tmp|root|home\/\w+)(?:\/|\b(?![\w/-])))/,
      (found) => `${found} is a path of one machine: write a path relative to the repository`,
    ),
    ...eachMatch(
      sources,
      /\b(registry\.[a-z0-9-]+\.[a-z]+|(?:deb|security)\.debian\.org|jsr\.io|deno\.land)\b/,
      (found) =>
        `${found} is a registry: remove it, because each machine's settings choose the registry`,
    ),
  ],
};

/**
 * Generated files must have a mark that says so. Without it, people might edit a file that the next
 * run of its generator overwrites. JSON has no comments, so in a JSON file the first key may
 * contain the mark.
 */
export const generatedMark: Rule = {
  name: "generated-mark",
  check: (sources) =>
    sources.filter(({ path }) => path.includes("/generated/"))
      .filter(({ path, lines }) => {
        const head = path.endsWith(".json") ? lines.slice(0, 2).join(" ") : lines[0] ?? "";
        return !/\bgenerated\b/i.test(head);
      })
      .map(({ path }) => ({
        path,
        line: 1,
        message: "the file must say in its first line that it is generated",
      })),
};
