/**
 * Checks that the commands that users copy work on a machine without Deno. Such a command must
 * begin with `npx`, which installs the same version of Deno that the tests use.
 */
import type { Finding, Rule, Source } from "../sources/source.ts";

const BEGINNING = "npx -y deno@2.9.6 task";

/**
 * Pages that are not checked: pages for contributors, who have Deno, and pages that describe the
 * past.
 */
const OF_CONTRIBUTORS = /^(?:CONTRIBUTING\.md|CHANGELOG\.md|tests\/|docs\/decisions\/|bench\/)/;

/** Pages for users, who also copy the commands that are in a sentence and not in a code block. */
const OF_USERS = [
  /^README\.md$/,
  /^docs\/(?:README|tutorial)\.md$/,
  /^docs\/recipes\//,
  /^packages\/(?:client|react|ai)\/README\.md$/,
  /^examples\//,
];

/** Returns, for each line, whether the line is in a code block. */
function fencedLines({ lines }: Source): boolean[] {
  let isFenced = false;
  return lines.map((line) => {
    if (/^\s*```/.test(line)) isFenced = !isFenced;
    return isFenced;
  });
}

function inPage(source: Source): Finding[] {
  const fenced = fencedLines(source);
  const isOfUsers = OF_USERS.some((pages) => pages.test(source.path));
  return source.lines.flatMap((line, index) => {
    const isWrong = fenced[index]
      ? /^\s*deno (?:task|run)\b/.test(line)
      : /`deno task\b/.test(line);
    if (!isWrong || !(fenced[index] || isOfUsers)) return [];
    const message = `a user copies this command: begin it with ${BEGINNING}`;
    return [{ path: source.path, line: index + 1, message }];
  });
}

export const copiedCommands: Rule = {
  name: "copied-commands",
  check: (sources) =>
    sources
      .filter(({ path }) => path.endsWith(".md") && !OF_CONTRIBUTORS.test(path))
      .flatMap(inPage),
};
