/** Extracts the commands of a runbook from its code blocks and its sentences. */
import { ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";

export const FOLDER = "docs/runbooks";

export interface Command {
  readonly kind: "sh" | "sql";
  readonly text: string;
}

/** Code blocks in these languages are not run. A template of a message has the language `text`. */
const NOT_RUN = new Set(["text"]);

/** Returns the paths of all runbooks below the folder, such as `operations/restore.md`. */
export function runbooks(folder = ""): string[] {
  return [...Deno.readDirSync(`${ROOT}${FOLDER}/${folder}`)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return runbooks(`${folder}${name}/`);
    return name.endsWith(".md") ? [`${folder}${name}`] : [];
  }).sort();
}

export function readRunbook(page: string): string {
  return Deno.readTextFileSync(`${ROOT}${FOLDER}/${page}`);
}

/** A command of the shell ends with its line, unless a backslash, a quote or a pipe continues it. */
function shellCommands(code: string): string[] {
  const commands: string[] = [];
  let open = "";
  const lines = code.split("\n");
  for (const [index, line] of lines.entries()) {
    open += open === "" ? line : `\n${line}`;
    const isQuoted = open.replace(/'[^']*'/g, "").replace(/"[^"]*"/g, "").match(/['"]/) !== null;
    const isContinued = /\\$/.test(line) || /^\s*\|/.test(lines[index + 1] ?? "");
    if (isQuoted || isContinued) continue;
    if (open.trim() !== "" && !open.startsWith("#")) commands.push(open);
    open = "";
  }
  ok(open.trim() === "", `a command has no end: ${open}`);
  return commands;
}

function commandsOf(language: string, code: string): Command[] {
  if (language === "sql") return [{ kind: "sql", text: code.trim() }];
  if (language === "sh") return shellCommands(code).map((text) => ({ kind: "sh", text }));
  ok(NOT_RUN.has(language), `the test does not know how to run a block of ${language}`);
  return [];
}

const BLOCK = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;
const IN_A_SENTENCE =
  /`((?:select|update|delete|insert|alter|call|curl|psql|pg_dump|pg_restore|supabase)\s[^`]+)`/g;
const PROGRAM = /^(?:curl|psql|pg_dump|pg_restore|supabase) /;

function commandOf(printed: string): Command {
  const text = printed.replace(/\s+/g, " ");
  return { kind: PROGRAM.test(text) ? "sh" : "sql", text };
}

/** Returns the commands in the order in which the page prints them. */
export function commandsIn(text: string): Command[] {
  const blocks = [...text.matchAll(BLOCK)].map((
    { index, 0: whole, 1: indent, 2: language, 3: code },
  ) => ({
    at: index,
    end: index + whole.length,
    commands: commandsOf(language!, code!.replaceAll(`\n${indent}`, "\n").slice(indent!.length)),
  }));
  const isInBlock = (at: number) => blocks.some((block) => at > block.at && at < block.end);
  const sentences = [...text.matchAll(IN_A_SENTENCE)]
    .filter(({ index }) => !isInBlock(index))
    .map(({ index, 1: printed }) => ({ at: index, commands: [commandOf(printed!)] }));
  return [...blocks, ...sentences].sort((a, b) => a.at - b.at).flatMap(({ commands }) => commands);
}

const ROUTE = /`(GET|POST|DELETE) (\/[\w\-/{}.]+)[^`]*`/g;

/** Returns the routes that the sentences of a page name, in the form `GET /customers/{id}`. */
export function routesIn(text: string): string[] {
  return [...text.matchAll(ROUTE)].map(([, method, path]) => `${method} ${path}`);
}

const TASK = /\bdeno(?:@[\d.]+)? task ([\w:-]+)/g;

export function tasksIn(text: string): string[] {
  return [...text.matchAll(TASK)].map(([, name]) => name!);
}
