/** Limits the length of lines, files and functions, so that a function fits on one screen. */
import ts from "typescript";
import {
  type Finding,
  isTypeScript,
  lineOf,
  type Rule,
  type Source,
  syntaxOf,
  walk,
} from "../sources/source.ts";

const MAX_LINE_CHARS = 110;
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;

/** Returns whether a file is code. Prose and data may have lines of any length. */
function isCode({ path, generated }: Source): boolean {
  return !generated && /\.(tsx?|sql|sh|css|html|ya?ml|toml|tf)$|^\.ci\/run$/.test(path);
}

/**
 * Matches an import of a single name. The formatter cannot break it into shorter lines, however
 * long the path is.
 */
const IMPORT = /^(?:import|export) (?:type )?\{ \w+ \} from "[^"]+";$/;

export const lineLength: Rule = {
  name: "line-length",
  check: (sources) =>
    sources.filter(isCode).flatMap(({ path, lines }) =>
      lines.flatMap((line, index) =>
        [...line].length > MAX_LINE_CHARS && !IMPORT.test(line)
          ? [{
            path,
            line: index + 1,
            message: `the line has ${
              [...line].length
            } characters; at most ${MAX_LINE_CHARS} are allowed`,
          }]
          : []
      )
    ),
};

export const fileLength: Rule = {
  name: "file-length",
  check: (sources) =>
    sources.filter((source) => isCode(source) && source.lines.length > MAX_FILE_LINES).map((
      { path, lines },
    ) => ({
      path,
      line: 1,
      message: `the file has ${lines.length} lines; at most ${MAX_FILE_LINES} are allowed`,
    })),
};

/**
 * Whether a call is `describe(…)`, which groups tests. The length of its function is not limited.
 */
function groupsTests(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && /^describe\b/.test(parent.expression.getText());
}

function longFunctions(source: Source): Finding[] {
  const findings: Finding[] = [];
  walk(syntaxOf(source), (node) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || groupsTests(node)) return;
    const count = lineOf(node, node.getEnd()) - lineOf(node) + 1;
    if (count <= MAX_FUNCTION_LINES) return;
    const name = node.name?.getText() ?? "a function";
    findings.push({
      path: source.path,
      line: lineOf(node),
      message: `${name} has ${count} lines; at most ${MAX_FUNCTION_LINES} are allowed`,
    });
  });
  return findings;
}

export const functionLength: Rule = {
  name: "function-length",
  check: (sources) =>
    sources.filter((source) => isTypeScript(source) && !source.generated).flatMap(longFunctions),
};

const CREATE_FUNCTION = /^\s*create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+([\w.]+)/i;

/**
 * Finds long SQL functions. Their length is counted from `create` to the line that closes the
 * dollar quote.
 */
function longSqlFunctions({ path, lines }: Source): Finding[] {
  const findings: Finding[] = [];
  let open: { name: string; from: number; quote: string | null } | null = null;
  lines.forEach((line, index) => {
    let rest = line;
    const create = CREATE_FUNCTION.exec(line);
    if (!open && create) open = { name: create[1]!, from: index, quote: null };
    if (!open) return;
    if (open.quote === null) {
      const quote = /\$\w*\$/.exec(rest);
      if (!quote) {
        // A function without dollar quotes ends with the first line that ends with a semicolon.
        if (/;\s*$/.test(line) && !/\bbegin atomic\b/i.test(line)) open = null;
        return;
      }
      open.quote = quote[0];
      rest = rest.slice(quote.index + quote[0].length);
    }
    if (!rest.includes(open.quote)) return;
    const count = index - open.from + 1;
    if (count > MAX_FUNCTION_LINES) {
      const message = `${open.name} has ${count} lines; at most ${MAX_FUNCTION_LINES} are allowed`;
      findings.push({ path, line: open.from + 1, message });
    }
    open = null;
  });
  return findings;
}

export const sqlFunctionLength: Rule = {
  name: "sql-function-length",
  check: (sources) =>
    sources.filter(({ path, generated }) => path.endsWith(".sql") && !generated)
      .flatMap(longSqlFunctions),
};
