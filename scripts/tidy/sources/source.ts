/** A file as the rules see it: its text, its lines and, for TypeScript, its syntax tree on demand. */
import ts from "typescript";

export interface Source {
  /** From the root of the repository, with forward slashes. */
  path: string;
  text: string;
  lines: string[];
  /** Written by a command: rules about length and dead exports leave it alone. */
  generated: boolean;
}

export interface Finding {
  path: string;
  /** From 1. */
  line: number;
  message: string;
}

/** One rule over the whole tree; `check` gets every text file and returns what breaks it. */
export interface Rule {
  name: string;
  check(sources: Source[]): Finding[];
}

const trees = new WeakMap<Source, ts.SourceFile>();

/** Says in its first line that a command wrote it, as every file in a `generated/` folder must. */
function saysGenerated(text: string): boolean {
  return /\bgenerated\b/i.test(text.slice(0, text.indexOf("\n") + 1 || undefined));
}

export function makeSource(path: string, text: string): Source {
  const generated = path.includes("/generated/") || saysGenerated(text);
  return { path, text, lines: text.replace(/\n$/, "").split("\n"), generated };
}

export function isTypeScript({ path }: Source): boolean {
  return /\.tsx?$/.test(path);
}

export function isTest({ path }: Source): boolean {
  return /\.test\.(tsx?|sql)$/.test(path);
}

/** The parsed file; parsed once, with parent pointers. */
export function syntaxOf(source: Source): ts.SourceFile {
  let tree = trees.get(source);
  if (!tree) {
    tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
    trees.set(source, tree);
  }
  return tree;
}

/** The line of a node's first token, from 1; its documentation comment is not part of it. */
export function lineOf(node: ts.Node, position = node.getStart()): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(position).line + 1;
}

/** Calls `visit` for the node and everything beneath it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}
