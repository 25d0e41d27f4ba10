/** Text that must not be committed: notes to oneself, and paths of the machine it was written on. */
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
    // The word boundaries stand inside the group so that this line does not match itself.
    eachMatch(sources, /(\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b|\bHAC[K]\b)/, (found) =>
      `${found}: do it, or open an issue`),
};

export const noMachine: Rule = {
  name: "no-machine",
  check: (sources) => [
    ...eachMatch(
      sources,
      /(?:^|[^\w./*-])(\/(?:work|tmp|root|home\/\w+)(?:\/|\b(?![\w/-])))/,
      (found) => `${found} is a path of one machine`,
    ),
    ...eachMatch(
      sources,
      /\b(registry\.[a-z0-9-]+\.[a-z]+|(?:deb|security)\.debian\.org|jsr\.io|deno\.land)\b/,
      (found) => `${found}: the registry is the machine's to choose`,
    ),
  ],
};

/** The marker keeps people from editing what the next run overwrites; JSON says it in its first key. */
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
        message: "does not say in line 1 that it is generated",
      })),
};

export const kebabCase: Rule = {
  name: "kebab-case",
  check: (sources) =>
    sources.filter(({ path }) => /\.tsx?$/.test(path) && !path.includes("/generated/"))
      .filter(({ path }) => !/(?:^|\/)[a-z0-9]+(?:[-.][a-z0-9]+)*\.tsx?$/.test(path))
      .map(({ path }) => ({ path, line: 1, message: "file names are kebab-case" })),
};
