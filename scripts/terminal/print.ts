const encoder = new TextEncoder();

/** One line (or several) for people on standard output. */
export function print(text = ""): void {
  write(Deno.stdout, text);
}

/** The same on standard error: what went wrong, so that a pipe keeps the result alone. */
export function printError(text: string): void {
  write(Deno.stderr, text);
}

function write(out: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(`${text}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(out.writeSync(bytes));
}
