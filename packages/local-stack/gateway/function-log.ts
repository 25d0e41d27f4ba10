/**
 * The functions log to the console, a JSON line an event. Here they run in the stack's own process, whose
 * terminal they would flood: their lines go to a file, and those of level error to the terminal too.
 */
import { dirname } from "node:path";

export interface FunctionLogOptions {
  /** Begun anew at each start. */
  file: string;
  /** Every line to the terminal as well. */
  verbose: boolean;
}

/** Takes the console's `log` until the returned function gives it back. */
export function keepFunctionLog({ file, verbose }: FunctionLogOptions): () => Promise<void> {
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

/** Prints a line of a function that runs elsewhere as those of this process do. */
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
