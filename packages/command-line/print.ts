const encoder = new TextEncoder();

/** Prints one or more lines for people on standard output. */
export function print(text = ""): void {
  write(Deno.stdout, `${text}\n`);
}

/** Prints a piece of a line; the caller ends the line. */
export function printPiece(text: string): void {
  write(Deno.stdout, text);
}

/** Prints what went wrong on standard error, which keeps a pipe's standard output free of it. */
export function printError(text: string): void {
  write(Deno.stderr, `${text}\n`);
}

function write(out: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(out.writeSync(bytes));
}
