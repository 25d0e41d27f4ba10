/** Plain English: a sentence begins with its subject, and says it in the field's own words. */
import { type Passage, passagesOf } from "../sources/prose.ts";
import type { Finding, Rule, Source } from "../sources/source.ts";
import { privateWords } from "./vocabulary.ts";

/** Not made plain yet. This list only shrinks: who has done an area takes its line out. */
const NOT_YET = [
  "packages/local-stack/cron/scheduled-tasks.test.ts",
  "tests/support/processes/",
  "tests/support/project/",
  "tests/support/work/",
];

/** These quote the words: the glossary explains them, the changelog old sentences, the test failing cases. */
const EXEMPT = ["CHANGELOG.md", "docs/glossary.md", "scripts/tidy/tidy.test.ts"];

/** "Who asks…", "Of what was long ago…": a relative clause where the subject should stand. */
const RELATIVE = new RegExp(
  "^\\(?(?:(?:of|to|for|from|by|with|in|on|at) (?:what|which|whom|whose|whoever|whatever)" +
    "|who(?:ever|m|se)?|what(?:ever)?|which(?:ever)?)\\b",
  "i",
);

const SENTENCE = /[^\s][^]*?(?:[.!?](?=["')]*\s+["'(]*[A-Z])["')]*|$)/g;

const words = privateWords.map(({ not, but, pattern }) => ({
  pattern: new RegExp(`(?<![\\w./-])(?:${pattern})(?![\\w/-]|\\.\\w)`, "gi"),
  explain: (found: string) => `"${found}": not ${not}, but ${but}`,
}));

function* complaints({ text, label }: Passage): Iterable<[offset: number, message: string]> {
  for (const { 0: sentence, index } of text.matchAll(SENTENCE)) {
    const start = RELATIVE.exec(sentence)?.[0];
    if (!start || label || /\?["')\s]*$/.test(sentence)) continue;
    yield [index, `a sentence begins with "${start}": begin with its subject`];
  }
  const flat = text.replaceAll("\n", " ");
  for (const { pattern, explain } of words) {
    for (const { 0: found, index } of flat.matchAll(pattern)) {
      yield [index, explain(found.replace(/\s+/g, " "))];
    }
  }
}

function findingsOf(source: Source): Finding[] {
  return passagesOf(source).flatMap((passage) =>
    [...complaints(passage)].map(([offset, message]) => ({
      path: source.path,
      line: source.text.slice(0, passage.at + offset).split("\n").length,
      message,
    }))
  );
}

export const wording: Rule = {
  name: "wording",
  check: (sources) =>
    sources.filter(({ path, generated }) =>
      !generated && ![...NOT_YET, ...EXEMPT].some((area) => path.startsWith(area))
    ).flatMap(findingsOf),
};
