/**
 * One JSON line per event on the function's console, where the platform collects logs. Bodies, tokens and
 * email addresses are never logged. The redactor is the second line of defence, for text that libraries and
 * the database wrote.
 */
import { isHosted } from "./isolate.ts";
import { redactStart } from "../privacy/redact.ts";
import { timestampOf } from "./timestamp.ts";

type Level = "debug" | "info" | "warn" | "error";

/** Flat by design: a log search filters on these fields. */
export type LogRecord = Record<string, string | number | boolean | null | undefined>;

export type Logger = (level: Level, message: string, record?: LogRecord) => void;

// The platform cuts a line at 10,000 characters, which would leave broken JSON behind.
const MAX_TEXT = 2_000;

// These values are ours, or were admitted by their shape alone. An id may look like a telephone number and
// must stay searchable. All other text is free text and is redacted, whoever added the field. The first
// redaction costs a process 20 ms in which it serves no request, so fields that many requests log at once are
// listed here.
const OURS: ReadonlySet<string> = new Set([
  ...["request_id", "trace_id", "method", "route", "caller", "code", "status", "job_id"],
  ...["hold_id", "type", "fallback", "origin"],
]);

/** Returns the record itself where it has no free text, as in the line of an ordinary request. */
function safeRecord(record: LogRecord | undefined): LogRecord | undefined {
  let safe = record;
  for (const name in record) {
    const value = record[name];
    if (typeof value !== "string" || OURS.has(name)) continue;
    if (safe === record) safe = { ...record };
    safe![name] = redactStart(value, MAX_TEXT);
  }
  return safe;
}

/** One event as a line of JSON, without personal data in its free text. */
export function formatLine(
  level: Level,
  message: string,
  record: LogRecord | undefined,
  now: Date,
): string {
  return JSON.stringify({ level, at: timestampOf(now), message, ...safeRecord(record) });
}

/** The only place in the functions that writes to the console. */
function write(text: string): void {
  // deno-lint-ignore no-console
  console.log(text);
}

// Too short for a person to notice, long enough that a busy process writes hundreds of lines at once.
const FLUSH_AFTER_MS = 20;

let waiting: string[] = [];

function flush(): void {
  const lines = waiting;
  waiting = [];
  if (lines.length > 0) write(lines.join("\n"));
}

/** A console call costs more than the rest of a small request, so lines are written in batches. */
function enqueue(line: string): void {
  if (waiting.push(line) > 1) return;
  setTimeout(flush, FLUSH_AFTER_MS);
}

if (!isHosted) globalThis.addEventListener("unload", flush);

/** Writes to the console of the runtime; errors at once, so that a crash does not lose them. */
export const consoleLogger: Logger = (level, message, record) => {
  const line = formatLine(level, message, record, new Date());
  // The platform reads one event per call, and may put the isolate to sleep once the answer is out.
  if (isHosted) return write(line);
  if (level !== "error") return enqueue(line);
  waiting.push(line);
  flush();
};
