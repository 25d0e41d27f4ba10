/** A test that waits says for how long: one that waits for ever says nothing, not even its name. */
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

/** A loop around a timer, or one that does nothing but await. One with a block of its own may do work. */
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
        const message = "waits without an end: use `until`, `waitFor`, or count";
        findings.push({ path: source.path, line: lineOf(node), message });
      });
      return findings;
    }),
};
