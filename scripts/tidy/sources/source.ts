/** A file as the rules read it: its text, its lines, and the syntax tree if it is TypeScript. */
import ts from "typescript";

export interface Source {
  /** The path relative to the repository's root, with forward slashes. */
  path: string;
  text: string;
  lines: string[];
  /** True if the file is generated. Rules about lengths and wording, among others, skip it. */
  generated: boolean;
}

export interface Finding {
  path: string;
  /** The line number, from 1. */
  line: number;
  message: string;
}

/** A rule for the whole repository. `check` gets every text file and returns the breaches. */
export interface Rule {
  name: string;
  check(sources: Source[]): Finding[];
}

const trees = new WeakMap<Source, ts.SourceFile>();

/** Returns whether the first line says that the file is generated. */
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

/** Returns the syntax tree with parent pointers. Each file is parsed only once. */
export function syntaxOf(source: Source): ts.SourceFile {
  let tree = trees.get(source);
  if (!tree) {
    tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
    trees.set(source, tree);
  }
  return tree;
}

/**
 * Returns the number, from 1, of the line with a node's first token. The node's documentation
 * comment does not count.
 */
export function lineOf(node: ts.Node, position = node.getStart()): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(position).line + 1;
}

/** Calls `visit` for a node and for all nodes below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}
