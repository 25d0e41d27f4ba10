const encoder = new TextEncoder();

/** One line (or several) for people on standard output. */
export function print(text = ""): void {
  write(Deno.stdout, `${text}\n`);
}

/** A piece of a line, which is to be ended by whoever began it. */
export function printPiece(text: string): void {
  write(Deno.stdout, text);
}

/** As `print`, on standard error: what went wrong, so that a pipe keeps the result alone. */
export function printError(text: string): void {
  write(Deno.stderr, `${text}\n`);
}

function write(out: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(out.writeSync(bytes));
}
