/** A stack as other programs see it: ports, keys, whether it runs, and its end. Loads no part of it. */
export { endStack, removeData } from "./end.ts";
export { loadKeys } from "./keys.ts";
export { portsAt } from "./options.ts";
export { StackError } from "./stack-error.ts";
export { readRunning } from "./state.ts";
