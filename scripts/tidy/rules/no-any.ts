/** Finds code that the compiler cannot check, such as `any`. */
import ts from "typescript";
import {
  type Finding,
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
          message: "`any`: write the type, or `unknown`",
        });
      });
      source.lines.forEach((text, index) => {
        const escape = /^\s*(?:\/\/|\/\*)\s*(@ts-(?:ignore|nocheck))/.exec(text);
        if (escape) {
          const message = `${escape[1]} switches the compiler off: remove it, and correct the type`;
          findings.push({ path: source.path, line: index + 1, message });
        }
      });
      return findings;
    }),
};
