/** A failure that the reader can act on: only its message is printed, without a stack trace. */
export class StackError extends Error {
  override name = "StackError";
}
