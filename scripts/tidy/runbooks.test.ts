/**
 * Checks that each log message that a runbook quotes exists in the code, so that operators can find
 * it in a log.
 */
import assert from "node:assert/strict";
import ts from "typescript";
import { ROOT } from "../command/root.ts";
import { isTest, isTypeScript, type Source, syntaxOf, walk } from "./sources/source.ts";
import { readTree } from "./tidy.ts";

const tree = await readTree(ROOT);
const LEVELS = new Set(["debug", "info", "warn", "error"]);

/** Returns the texts in calls such as `log("warn", isLost ? "refused" : "not recorded", …)`. */
function messagesOfTypeScript(source: Source): string[] {
  const found: string[] = [];
  walk(syntaxOf(source), (node) => {
    if (!ts.isCallExpression(node) || !/\blog$/.test(node.expression.getText())) return;
    const [level, message] = node.arguments;
    if (!level || !message || ![...LEVELS].some((each) => level.getText().includes(each))) return;
    walk(message, (part) => {
      if (ts.isStringLiteralLike(part)) found.push(part.text);
    });
  });
  return found;
}

function messagesOfSql({ text }: Source): string[] {
  return [...text.matchAll(/\braise (?:log|warning|notice)\s+'((?:[^']|'')*)'/g)]
    .map(([, message]) => message!.replaceAll("''", "'"));
}

const messages = new Set(
  tree.filter((source) => !isTest(source)).flatMap((source) => {
    if (source.path.startsWith("supabase/schemas/")) return messagesOfSql(source);
    const isFunction = source.path.startsWith("supabase/functions/") && isTypeScript(source);
    return isFunction ? messagesOfTypeScript(source) : [];
  }),
);

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const patternOf = (parts: string[], end = "") =>
  new RegExp(`^${parts.map(escaped).join(".+")}${end}$`);

/**
 * Whether the code writes a message that a runbook quotes. In SQL, `%` stands for each value of a
 * message. The runbook has an example value or `…` instead of `%`, or leaves out the last values.
 */
function isWritten(quoted: string): boolean {
  const shortened = patternOf(quoted.split("…"), "(?:[:, ]+%.*)?");
  return [...messages].some((message) =>
    shortened.test(message) || patternOf(message.split("%")).test(quoted)
  );
}

const COMMAND = /^(?:curl|deno|select|update|delete|insert|alter|supabase|npx) /;

/**
 * Returns the log messages that a page quotes. Only paragraphs that mention a log are searched. A
 * quote that is not a command counts as a message if it has several words or follows "says".
 */
function quotesIn(page: Source): string[] {
  const paragraphs = page.text.replace(/^```[\s\S]*?^```/gm, "").split(
    /\n\s*\n|\n(?=[-*] |\d+\. )/,
  );
  return paragraphs.filter((text) => /\blogs?\b/.test(text)).flatMap((text) =>
    [...text.replace(/\s+/g, " ").matchAll(/(\bsays? )?`([^`]+)`/g)]
      .filter(([, says, quoted]) => (says || / /.test(quoted!)) && !COMMAND.test(quoted!))
      .map(([, , quoted]) => quoted!)
  );
}

const quotes = tree.filter(({ path }) => /^docs\/runbooks\/.*\.md$/.test(path))
  .flatMap((page) => quotesIn(page).map((quoted) => `${page.path}: ${quoted}`));

Deno.test("every log message that a runbook quotes is written by the code", () => {
  const missing = quotes.filter((each) => !isWritten(each.slice(each.indexOf(": ") + 2)));
  assert.deepEqual(missing, []);
});

Deno.test("the search for quoted log messages finds those of the runbooks, and no invented one", () => {
  const found = quotes.map((each) => each.slice(each.indexOf(": ") + 2));
  for (
    const known of ["anchor", "farthing anchor", "payout not listed", "farthing: the task … failed"]
  ) {
    assert.ok(found.includes(known), `${known}: ${found}`);
  }
  assert.equal(isWritten("payout not listened to"), false);
  assert.equal(isWritten("farthing: the job … failed"), false);
});
