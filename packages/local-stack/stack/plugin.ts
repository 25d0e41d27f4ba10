/**
 * One part of the stack. Parts start in the order they are listed, each after the one before
 * answered, and stop in reverse.
 */
import type { StackContext } from "./context.ts";

/** What a part says of itself; `detail` is one short line for people. */
export interface Health {
  ok: boolean;
  detail: string;
}

export interface Plugin {
  name: string;
  /** Resolves when the part answers; throws a StackError that says what to do when it cannot. */
  start(context: StackContext): Promise<void>;
  /** Safe to call twice, and after a failed start. */
  stop(): Promise<void>;
  health(): Promise<Health>;
}
