/** A stack as other programs see it: ports, keys, whether it runs, and its end. Loads no part of it. */
export { loadKeys } from "./core/keys.ts";
export { portsAt } from "./core/ports.ts";
export { StackError } from "./core/stack-error.ts";
export { endStack, removeData } from "./stack/end-stack.ts";
export { readRunning } from "./stack/running-state.ts";
