/**
 * One JSON line per event on the function's console, which is where the platform collects logs.
 * Bodies, tokens and e-mail addresses never enter; `redact` is the second line of defence for text
 * that libraries and the database wrote.
 */
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

/** Writes to the console of the runtime. The functions' only use of it. */
export const consoleLogger: Logger = (level, message, record) => {
  // deno-lint-ignore no-console
  console.log(JSON.stringify({ level, at: new Date().toISOString(), message, ...record }));
};
