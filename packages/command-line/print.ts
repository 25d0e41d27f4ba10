const encoder = new TextEncoder();

/** Prints one or more lines for people on standard output. */
export function print(text = ""): void {
  write(Deno.stdout, `${text}\n`);
}

/** Prints text without a line break; the caller prints the rest of the line. */
export function printPiece(text: string): void {
  write(Deno.stdout, text);
}

/**
 * Prints an error on standard error, so that a program that reads standard output through a pipe
 * does not get it.
 */
export function printError(text: string): void {
  write(Deno.stderr, `${text}\n`);
}

function write(out: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(out.writeSync(bytes));
}
