/**
 * One part of the stack. Parts start in the order of the list, each after the previous part
 * answers, and stop in reverse.
 */
import type { StackContext } from "./context.ts";

/** The health of a part; `detail` is one short line for people. */
export interface Health {
  ok: boolean;
  detail: string;
}

export interface Plugin {
  name: string;
  /**
   * Resolves when the part answers. @throws StackError that says what to do when the part cannot
   * start
   */
  start(context: StackContext): Promise<void>;
  /** Stops the part. A second call, or a call after a failed start, is safe. */
  stop(): Promise<void>;
  health(): Promise<Health>;
}
