/** Finds functions that write to the console instead of the logger. */
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

/** The logger of the functions, the only module that may write to the console. */
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
          message: "use the logger instead of the console",
        });
      });
      return findings;
    }),
};
