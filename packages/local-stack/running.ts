/**
 * Exports for programs that use a running stack: its ports, its keys, its state, and how to end it.
 * This file loads no part of the stack.
 */
export { loadKeys } from "./core/keys.ts";
export { portsAt } from "./core/ports.ts";
export { StackError } from "./core/stack-error.ts";
export { endStack, removeData } from "./stack/end-stack.ts";
export { readRunning } from "./stack/running-state.ts";
