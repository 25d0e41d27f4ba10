/**
 * One part of the stack. The parts start in the order of the list and stop in reverse order. Each
 * part starts when the previous part in the list answers.
 */
import type { Urls } from "../core/ports.ts";
import type { StackContext } from "./context.ts";

/** The health of a part; `detail` is one short line for the status table. */
export interface Health {
  ok: boolean;
  detail: string;
}

/** The status that a running stack reports. */
export interface Status {
  pid: number;
  urls: Urls;
  health: Record<string, Health>;
}

export interface Plugin {
  name: string;
  /**
   * Starts the part; resolves when the part answers.
   * @throws StackError that says what to do if the part cannot start
   */
  start(context: StackContext): Promise<void>;
  /** Stops the part. It is safe to call this twice, or after a failed start. */
  stop(): Promise<void>;
  health(): Promise<Health>;
}
