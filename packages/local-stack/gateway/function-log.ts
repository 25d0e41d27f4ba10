/**
 * Writes the log of the Edge Functions to a file. The functions log each event to the console as
 * one JSON line. These lines would flood the terminal. So by default the terminal gets only those
 * with level error.
 */
import { dirname } from "node:path";

export interface FunctionLogOptions {
  /** The path of the log file. Each start overwrites it. */
  file: string;
  /** Whether every line also goes to the terminal. */
  verbose: boolean;
}

/** Replaces `console.log` until the returned function restores it. */
export function writeFunctionLog({ file, verbose }: FunctionLogOptions): () => Promise<void> {
  Deno.mkdirSync(dirname(file), { recursive: true });
  const out = Deno.openSync(file, { write: true, create: true, truncate: true, mode: 0o600 });
  const encoder = new TextEncoder();
  const { console } = globalThis;
  const original = console.log;
  console.log = (...values: unknown[]) => {
    const text = values.map(textOf).join(" ");
    out.writeSync(encoder.encode(`${text}\n`));
    for (const line of text.split("\n")) {
      if (verbose || isError(line)) original.call(console, line);
    }
  };
  return () => {
    console.log = original;
    out.close();
    return Promise.resolve();
  };
}

/**
 * Prints a line that an Edge Function in an isolate has logged, as if the function ran in this
 * process.
 */
export function printAsFunction(line: string): void {
  const { console } = globalThis;
  console.log(line);
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : Deno.inspect(value, { colors: false });

function isError(line: string): boolean {
  try {
    return JSON.parse(line)?.level === "error";
  } catch {
    return false;
  }
}
