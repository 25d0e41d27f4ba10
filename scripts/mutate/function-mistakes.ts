/** Makes the mutants of one module, grouped by kind of mistake, from the module's syntax tree. */
import ts from "typescript";
import { makeSource, syntaxOf, walk } from "../tidy/sources/source.ts";
import { type Mutant } from "./mutant.ts";

const OPERATORS: ReadonlyMap<ts.SyntaxKind, [says: string, after: string]> = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ["different for equal", "!=="]],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ["equal for different", "==="]],
  [ts.SyntaxKind.LessThanToken, ["a comparison at its boundary", "<="]],
  [ts.SyntaxKind.LessThanEqualsToken, ["a comparison at its boundary", "<"]],
  [ts.SyntaxKind.GreaterThanToken, ["a comparison at its boundary", ">="]],
  [ts.SyntaxKind.GreaterThanEqualsToken, ["a comparison at its boundary", ">"]],
  [ts.SyntaxKind.AmpersandAmpersandToken, ["or for and", "||"]],
  [ts.SyntaxKind.BarBarToken, ["and for or", "&&"]],
  [ts.SyntaxKind.PlusToken, ["minus for plus", "-"]],
  [ts.SyntaxKind.MinusToken, ["plus for minus", "+"]],
]);

/**
 * Returns whether an expression is a string literal or a template, or has one as an operand. A + in
 * such an expression joins texts, so the compiler refuses any other arithmetic operator in its
 * place.
 */
function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) ||
    ts.isBinaryExpression(node) && (isText(node.left) || isText(node.right));
}

/** Returns the mutant of a syntax node; undefined if no kind of mutant applies to it. */
function mistakeIn(node: ts.Node): { at: ts.Node; says: string; after: string } | undefined {
  if (ts.isBinaryExpression(node)) {
    if (node.operatorToken.kind === ts.SyntaxKind.PlusToken && isText(node)) return;
    const swap = OPERATORS.get(node.operatorToken.kind);
    return swap && { at: node.operatorToken, says: swap[0], after: swap[1] };
  }
  if (ts.isIfStatement(node)) {
    const { expression } = node;
    return { at: expression, says: "a condition negated", after: `!(${expression.getText()})` };
  }
  if (ts.isThrowStatement(node)) return { at: node, says: "a refusal dropped", after: ";" };
  if (ts.isExpressionStatement(node)) {
    const isCall = ts.isCallExpression(node.expression) || ts.isAwaitExpression(node.expression);
    return isCall ? { at: node, says: "a step dropped", after: ";" } : undefined;
  }
  const { kind } = node;
  if (kind === ts.SyntaxKind.TrueKeyword) return { at: node, says: "no for yes", after: "false" };
  if (kind === ts.SyntaxKind.FalseKeyword) return { at: node, says: "yes for no", after: "true" };
  if (ts.isNumericLiteral(node) && Number(node.text.replaceAll("_", "")) > 1) {
    return { at: node, says: "a number four times as small", after: `(${node.getText()} / 4)` };
  }
}

/** Returns whether a node has no behaviour, such as a type or an import. */
function isSilent(node: ts.Node): boolean {
  return ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
}

/** Returns every mutant of one module, grouped by kind. */
export function functionMistakes(file: string, text: string): Mutant[][] {
  const kinds = new Map<string, Mutant[]>();
  const silent = new Set<ts.Node>();
  walk(syntaxOf(makeSource(file, text)), (node) => {
    if (isSilent(node) || silent.has(node.parent)) return void silent.add(node);
    const found = mistakeIn(node);
    if (!found) return;
    const { at, says, after } = found;
    const start = at.getStart();
    const before = text.slice(start, at.getEnd());
    const mutant: Mutant = { area: "functions", file, start, before, after, says };
    kinds.set(says, [...kinds.get(says) ?? [], mutant]);
  });
  return [...kinds.values()];
}
