/**
 * Writes one JSON line per event to the Edge Function's console, where the platform collects logs.
 * Callers never log bodies, tokens or email addresses. The redactor catches such data in texts of
 * libraries and of the database.
 */
import { isHosted } from "./isolate.ts";
import { redactStart } from "../privacy/redact.ts";
import { timestampOf } from "./timestamp.ts";

type Level = "debug" | "info" | "warn" | "error";

/** A record is flat, because a log search filters by its fields. */
export type LogRecord = Record<string, string | number | boolean | null | undefined>;

export type Logger = (level: Level, message: string, record?: LogRecord) => void;

// The platform cuts a line at 10,000 characters, and a cut line is not valid JSON. So each text is
// cut earlier.
const MAX_TEXT = 2_000;

// Our code makes the values of these fields, or has checked their format. They are not redacted, because an
// id may look like a telephone number and must stay searchable. All other texts are redacted. The first
// redaction blocks a process for 20 ms, so fields that many requests log are listed here.
const OURS: ReadonlySet<string> = new Set([
  ...["request_id", "trace_id", "method", "route", "caller", "code", "status", "job_id"],
  ...["hold_id", "type", "fallback", "origin"],
]);

/**
 * Redacts a record's free text. If the record has no free text, as for an ordinary request, returns
 * the same record.
 */
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

/** Formats one event as a line of JSON, and redacts its free text. */
export function formatLine(
  level: Level,
  message: string,
  record: LogRecord | undefined,
  now: Date,
): string {
  return JSON.stringify({ level, at: timestampOf(now), message, ...safeRecord(record) });
}

/** The only code in supabase/functions that writes to the console. */
function write(text: string): void {
  // deno-lint-ignore no-console
  console.log(text);
}

// The longest delay of a log line in ms: too short for a person to notice, and long enough for a busy process
// to write hundreds of lines at once.
const FLUSH_AFTER_MS = 20;

let waiting: string[] = [];

function flush(): void {
  const lines = waiting;
  waiting = [];
  if (lines.length > 0) write(lines.join("\n"));
}

/** Writes lines in batches, because a console call costs more than the rest of a small request. */
function enqueue(line: string): void {
  if (waiting.push(line) > 1) return;
  setTimeout(flush, FLUSH_AFTER_MS);
}

if (!isHosted) globalThis.addEventListener("unload", flush);

/**
 * Writes to the console of the runtime. Errors are written at once, so that a crash does not lose
 * them.
 */
export const consoleLogger: Logger = (level, message, record) => {
  const line = formatLine(level, message, record, new Date());
  // The platform reads one event per console call, so lines are not joined. The platform may
  // suspend the isolate as soon as the response is sent, so no line waits.
  if (isHosted) return write(line);
  if (level !== "error") return enqueue(line);
  waiting.push(line);
  flush();
};
