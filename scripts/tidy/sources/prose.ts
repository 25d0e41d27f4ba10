/** Finds the prose in a file: comments, messages, the names of tests, and the text of a page. */
import ts from "typescript";
import { isTypeScript, type Source, syntaxOf, walk } from "./source.ts";

/**
 * A passage of prose. Each character of code and markup in it is replaced by a space, so that
 * offsets stay the same.
 */
export interface Passage {
  /** The offset of the passage's first character in the file. */
  at: number;
  text: string;
  /** Whether the passage is a heading or a column's title, which need not be a sentence. */
  label: boolean;
}

const blank = (text: string) => text.replace(/[^\n]/g, " ");

function passages(text: string, pattern: RegExp, clean: (found: string) => string): Passage[] {
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
    at: index,
    text: clean(found),
    label: false,
  }));
}

const withoutCode = (text: string) => text.replace(/`[^`\n]*`/g, blank);

const withoutMarks = (comment: string) =>
  withoutCode(comment.replace(/^[ \t]*(?:\/\*\*?|\*\/|\*|\/\/|--|#!?)+|\*\/$/gm, blank));

/**
 * Whether a text is prose: it has three words in a row, and is neither an SQL statement nor a line
 * of code.
 */
function isProse(text: string): boolean {
  return /[A-Za-z]+[,:;]? [a-z']+[,:;]? [a-z']+/.test(text) &&
    !/^\s*(?:select|insert|update|delete|with|create|alter|drop|grant|revoke|set|do|begin|truncate|from)\b/i
      .test(text) &&
    !/\bfarthing\w*\.|::|=>|\bselect\b.*\bfrom\b/s.test(text);
}

function passagesOfTypeScript(source: Source): Passage[] {
  const found: Passage[] = [];
  let code = source.text;
  const hide = (from: number, to: number) => {
    code = code.slice(0, from) + blank(code.slice(from, to)) + code.slice(to);
  };
  walk(syntaxOf(source), (node) => {
    if (ts.isRegularExpressionLiteral(node)) hide(node.getStart(), node.end);
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return;
    const text = node.getText().replace(/^["'`]|["'`]$/g, " ").replace(/\$\{[^}]*\}/g, blank);
    hide(node.getStart(), node.end);
    if (isProse(text)) found.push({ at: node.getStart(), text: withoutCode(text), label: false });
  });
  const comments = /\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/g;
  return [...found, ...passages(code, comments, withoutMarks)];
}

/** Returns the passages of an SQL file. A body in dollar quotes is read as code, not as a text. */
function passagesOfSql({ text }: Source): Passage[] {
  const pattern =
    /--[^\n]*(?:\n[ \t]*--[^\n]*)*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'(?:\s*\n\s*'(?:[^']|'')*')*/g;
  return passages(text, pattern, (found) => found)
    .filter((passage) => !passage.text.startsWith("'") || isProse(passage.text))
    .map((passage) => ({
      ...passage,
      text: passage.text.startsWith("'")
        ? withoutCode(passage.text.replace(/^'|'\s*\n\s*'|'$/g, blank))
        : withoutMarks(passage.text),
    }));
}

function passagesOfMarkdown({ text }: Source): Passage[] {
  const prose = withoutCode(
    text.replace(/^ *(```|~~~)[\s\S]*?^ *\1/gm, blank)
      .replace(/<!--[\s\S]*?-->|\]\([^)]*\)|^\[[^\]]+\]:.*$/gm, blank),
  );
  const header = /^\|.*\|(?=\n\|[ :|-]+\|\n)/gm;
  const labels = [...prose.matchAll(header), ...prose.matchAll(/^#+ .*$/gm)]
    .map(({ 0: found, index }) => ({ from: index, to: index + found.length }));
  // The pattern matches a paragraph, an item of a list, a heading, or a cell of a table.
  return passages(
    prose,
    /(?:(?!\n\s*\n|\n\s*(?:[-*+]|\d+\.)\s|\n#|\|)[\s\S])+/g,
    (found) => found.replace(/^\s*(?:[#>*+-]+|\d+\.)\s|[*[\]]|\b_|_\b/g, blank),
  )
    .map((passage) => ({
      ...passage,
      label: labels.some(({ from, to }) =>
        passage.at < to && passage.at + passage.text.length > from
      ),
    }));
}

const HASHES = /(?:^|\/)[^.]+$|\.(?:sh|ya?ml|toml|env|tf)$/;

/** Returns the prose of a file; empty for a format without comments. */
export function passagesOf(source: Source): Passage[] {
  if (isTypeScript(source)) return passagesOfTypeScript(source);
  if (source.path.endsWith(".sql")) return passagesOfSql(source);
  if (source.path.endsWith(".md")) return passagesOfMarkdown(source);
  if (!HASHES.test(source.path)) return [];
  return passages(source.text, /(?<=^|\s)#[^\n]*(?:\n[ \t]*#[^\n]*)*/g, withoutMarks);
}
