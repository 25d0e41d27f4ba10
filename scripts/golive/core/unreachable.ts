/**
 * The error for a host that does not answer. A run explains once what to do about a host, and not
 * again at each step.
 */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(readonly host: string, cause: Error) {
    super(`${host} does not answer: ${reasonOf(cause)}`);
  }
}

/** Returns the last part of the innermost cause's message, such as "Connection refused". */
function reasonOf({ name, message, cause }: Error): string {
  if (cause instanceof Error) return reasonOf(cause);
  return name === "TimeoutError" ? "it took too long" : message.split(": ").at(-1)!;
}
