/** A host that does not answer, so that a run explains it once and not at each step. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(readonly host: string, cause: Error) {
    super(`${host} does not answer: ${reasonOf(cause)}`);
  }
}

/** The last part of the innermost message has the reason, such as "Connection refused". */
function reasonOf({ name, message, cause }: Error): string {
  if (cause instanceof Error) return reasonOf(cause);
  return name === "TimeoutError" ? "it took too long" : message.split(": ").at(-1)!;
}
