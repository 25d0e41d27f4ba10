/**
 * Checks that each loop that waits in a test has an end. A test that never ends reports nothing,
 * not even its name.
 */
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

const TIMER = /\b(?:setTimeout|delay)\(/;

/**
 * Returns whether a loop only waits: it contains a timer, or its body is a single statement with an
 * await. A loop whose body is a block may do work.
 */
function onlyWaits(loop: ts.WhileStatement | ts.DoStatement): boolean {
  const text = loop.getText();
  return TIMER.test(text) || (/\bawait\b/.test(text) && !ts.isBlock(loop.statement));
}

export const noEndlessWait: Rule = {
  name: "no-endless-wait",
  check: (sources) =>
    sources.filter((source) => isTypeScript(source) && isTest(source)).flatMap((source) => {
      const findings: Finding[] = [];
      walk(syntaxOf(source), (node) => {
        if (!ts.isWhileStatement(node) && !ts.isDoStatement(node)) return;
        if (!onlyWaits(node)) return;
        const message = "the loop may wait for ever: use `until` or `waitFor`, or count its rounds";
        findings.push({ path: source.path, line: lineOf(node), message });
      });
      return findings;
    }),
};
