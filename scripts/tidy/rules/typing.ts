/** Code that hides from the compiler, or that writes past the logger. */
import ts from "typescript";
import {
  type Finding,
  isTest,
  isTypeScript,
  lineOf,
  type Rule,
  syntaxOf,
  walk,
} from "../sources/source.ts";

export const noAny: Rule = {
  name: "no-any",
  check: (sources) =>
    sources.filter((source) => isTypeScript(source) && !source.generated).flatMap((source) => {
      const findings: Finding[] = [];
      walk(syntaxOf(source), (node) => {
        if (node.kind !== ts.SyntaxKind.AnyKeyword) return;
        findings.push({
          path: source.path,
          line: lineOf(node),
          message: "`any`: say the type, or `unknown`",
        });
      });
      source.lines.forEach((text, index) => {
        const escape = /^\s*(?:\/\/|\/\*)\s*(@ts-(?:ignore|nocheck))/.exec(text);
        if (escape) {
          const message = `${escape[1]} switches the compiler off`;
          findings.push({ path: source.path, line: index + 1, message });
        }
      });
      return findings;
    }),
};

/** The logger is the one place of the functions that may write to the console. */
const LOGGER = /^supabase\/functions\/_shared\/.*\blog(?:ger|ging)?\.ts$/;

export const noConsole: Rule = {
  name: "no-console",
  check: (sources) =>
    sources.filter((source) =>
      source.path.startsWith("supabase/functions/") && isTypeScript(source) &&
      !isTest(source) && !LOGGER.test(source.path)
    ).flatMap((source) => {
      const findings: Finding[] = [];
      walk(syntaxOf(source), (node) => {
        if (!ts.isPropertyAccessExpression(node) || node.expression.getText() !== "console") return;
        findings.push({
          path: source.path,
          line: lineOf(node),
          message: "the console: use the logger",
        });
      });
      return findings;
    }),
};
