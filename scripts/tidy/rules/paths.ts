/**
 * Checks the file names in pages and comments: each named file must exist. So if a file moves, its
 * name must be updated there.
 */
import type { Finding, Rule, Source } from "../sources/source.ts";

/**
 * Matches file names in the form that this repository uses. A pattern such as `*.test.ts`, and a
 * `.d.ts` file of another project, are not checked.
 */
const FILE = /^(?:[\w@-]+\/)*[\w-]+(?:\.test)?\.(?:ts|sql|psql|md)$/;
const FILE_IN_COMMENT =
  /(?<![\w./<*{$-])(?:\.{1,2}\/)*((?:[\w@-]+\/)*[\w-]+(?:\.test)?\.(?:ts|sql|psql|md))\b(?!\.\w|\*)/g;
/**
 * Matches paths in folders of this repository. A page may name such a path without a link, but the
 * path must exist.
 */
const BELOW = /^(?:bench|docs|packages|scripts|supabase\/[\w-]+|tests)\/[\w./-]+$/;
const COMMENT = /(?:^|\s)(?:\/\/|\/?\*+|--)\s(.*)$/;
const ADDRESS = /\b[a-z]+:\/\/\S+/g;

/**
 * Files that may name missing files: the changelog names old files, and the tests of these rules
 * contain examples.
 */
const EXEMPT = /^CHANGELOG\.md$|^scripts\/tidy\/(?:tidy\.test\.ts|testing\/)/;

/**
 * Returns every path, and each path without its first folders, because a comment may shorten
 * `supabase/functions/_shared/limits/rate-limit-rules.ts` to `limits/rate-limit-rules.ts`.
 */
function endsOf(sources: Source[]): Set<string> {
  const ends = new Set<string>();
  for (const { path } of sources) {
    const parts = path.split("/");
    for (let end = parts.length; end > 0; end--) {
      for (let start = 0; start < end; start++) ends.add(parts.slice(start, end).join("/"));
    }
  }
  return ends;
}

interface Mention {
  readonly line: number;
  readonly name: string;
}

function inPage({ lines }: Source): Mention[] {
  let fenced = false;
  return lines.flatMap((text, index) => {
    if (/^\s*```/.test(text)) fenced = !fenced;
    if (fenced) return [];
    return [...text.matchAll(/`([^`]+)`/g)]
      .map((match) => match[1]!.replace(/\/$/, ""))
      .filter((name) => FILE.test(name) || BELOW.test(name))
      .map((name) => ({ line: index + 1, name }));
  });
}

function inComments({ lines }: Source): Mention[] {
  return lines.flatMap((text, index) => {
    const comment = COMMENT.exec(text)?.[1]?.replace(ADDRESS, "") ?? "";
    return [...comment.matchAll(FILE_IN_COMMENT)].map((match) => ({
      line: index + 1,
      name: match[1]!,
    }));
  });
}

function mentionsOf(source: Source): Mention[] {
  if (source.generated || EXEMPT.test(source.path)) return [];
  if (source.path.endsWith(".md")) return inPage(source);
  return /\.(?:ts|sql|psql)$/.test(source.path) ? inComments(source) : [];
}

/**
 * A name may be written without one of these extensions: for example, a database test as
 * `tests/inbox/inbox`.
 */
const ENDINGS = ["", ".test.sql", ".test.ts"];

export const paths: Rule = {
  name: "paths",
  check(sources) {
    const ends = endsOf(sources);
    return sources.flatMap((source) =>
      mentionsOf(source)
        .filter(({ name }) => !ENDINGS.some((ending) => ends.has(name + ending)))
        .map(({ line, name }): Finding => ({
          path: source.path,
          line,
          message: `this file does not exist: ${name}`,
        }))
    );
  },
};
