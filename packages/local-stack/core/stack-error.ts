/** An error that the user can act on. Only its message is printed, without a stack trace. */
export class StackError extends Error {
  override name = "StackError";
}
