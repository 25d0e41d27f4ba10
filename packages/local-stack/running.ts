/**
 * Exports for programs that use a running stack: its ports, keys and state, and how to end it.
 * Importing this file does not load the parts of the stack.
 */
export { loadKeys } from "./core/keys.ts";
export { portsAt } from "./core/ports.ts";
export { StackError } from "./core/stack-error.ts";
export { endStack, removeData } from "./stack/end-stack.ts";
export { readRunning } from "./stack/running-state.ts";
