/**
 * One JSON line per event on the function's console, which is where the platform collects logs.
 * Bodies, tokens and e-mail addresses never enter; `redact` is the second line of defence for text
 * that libraries and the database wrote.
 */
import { timestampOf } from "./timestamp.ts";

type Level = "debug" | "info" | "warn" | "error";

/** Flat by design: what a log search filters on. */
export type LogRecord = Record<string, string | number | boolean | null | undefined>;

export type Logger = (level: Level, message: string, record?: LogRecord) => void;

// The platform cuts a line at 10,000 characters, which would leave broken JSON behind.
const MAX_TEXT = 2_000;

const SECRETS: readonly [RegExp, string][] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[token]"],
  [/\b(sb_secret|sb_publishable|sk_test|sk_live|rk_test|rk_live|whsec)_[\w-]+/g, "[$1]"],
  [/\b(postgres(?:ql)?:\/\/)[^@\s]+@/g, "$1[credentials]@"],
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, "[e-mail]"],
];

/** Takes tokens, keys, credentials in URLs and e-mail addresses out of a text, and bounds it. */
export function redact(text: string): string {
  let clean = text.slice(0, MAX_TEXT);
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean;
}

/** Where finished lines go: the console, and nothing else in the functions writes there. */
function write(text: string): void {
  // deno-lint-ignore no-console
  console.log(text);
}

// The platform reads one event per call, and may put the isolate to sleep once the answer is out.
const isHosted = "EdgeRuntime" in globalThis;

// Too short for a person to notice, long enough that a busy process writes hundreds of lines at once.
const FLUSH_AFTER_MS = 20;

let waiting: string[] = [];

function flush(): void {
  const lines = waiting;
  waiting = [];
  if (lines.length > 0) write(lines.join("\n"));
}

/** A call to the console costs more than all else that a small request does, so lines go in company. */
function enqueue(line: string): void {
  if (waiting.push(line) > 1) return;
  setTimeout(flush, FLUSH_AFTER_MS);
}

if (!isHosted) globalThis.addEventListener("unload", flush);

/** Writes to the console of the runtime; errors at once, so that no crash swallows them. */
export const consoleLogger: Logger = (level, message, record) => {
  const line = JSON.stringify({ level, at: timestampOf(new Date()), message, ...record });
  if (isHosted) return write(line);
  if (level !== "error") return enqueue(line);
  waiting.push(line);
  flush();
};
