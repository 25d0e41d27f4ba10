/**
 * Writes the functions' log to a file. The functions log to the console, one JSON line for each
 * event, and run in the stack's own process; their lines would flood its terminal. Lines of level
 * error go to the terminal too.
 */
import { dirname } from "node:path";

export interface FunctionLogOptions {
  /** The log's file, which each start overwrites. */
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
 * Prints a line of a function that runs in an isolate like the lines of functions in this process.
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
