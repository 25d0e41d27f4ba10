/**
 * Checks that prose is plain English: a sentence begins with its subject, and uses the common words
 * of the field.
 */
import { type Passage, passagesOf } from "../sources/prose.ts";
import type { Finding, Rule, Source } from "../sources/source.ts";
import { privateWords } from "./vocabulary.ts";

/**
 * Files that quote the private words: the glossary explains them, the changelog quotes old
 * sentences, and the test contains failing examples.
 */
const EXEMPT = ["CHANGELOG.md", "docs/glossary.md", "scripts/tidy/tidy.test.ts"];

/**
 * Matches a relative clause that stands in place of the subject: "Who asks…", "Of what was long
 * ago…".
 */
const RELATIVE = new RegExp(
  "^\\(?(?:(?:of|to|for|from|by|with|in|on|at) (?:what|which|whom|whose|whoever|whatever)" +
    "|who(?:ever|m|se)?|what(?:ever)?|which(?:ever)?)\\b",
  "i",
);

const SENTENCE = /[^\s][^]*?(?:[.!?](?=["')]*\s+["'(]*[A-Z])["')]*|$)/g;

const words = privateWords.map(({ not, but, pattern }) => ({
  pattern: new RegExp(`(?<![\\w./-])(?:${pattern})(?![\\w/-]|\\.\\w)`, "gi"),
  explain: (found: string) => `"${found}": write ${but} instead of ${not}`,
}));

function* complaints({ text, label }: Passage): Iterable<[offset: number, message: string]> {
  for (const { 0: sentence, index } of text.matchAll(SENTENCE)) {
    const start = RELATIVE.exec(sentence)?.[0];
    if (!start || label || /\?["')\s]*$/.test(sentence)) continue;
    yield [index, `the sentence begins with "${start}": begin it with its subject`];
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
    sources.filter(({ path, generated }) => !generated && !EXEMPT.includes(path)).flatMap(
      findingsOf,
    ),
};
