/**
 * Helpers that the commands of this repository share: printing, arguments, waiting, and cleanup at
 * Ctrl-C.
 */
export { cleanUpOnSignals, withCleanup } from "./cleanup.ts";
export { percentile } from "./percentile.ts";
export { print, printError, printPiece } from "./print.ts";
export { createRandom, mix } from "./seeded-random.ts";
export { formatTable } from "./table.ts";
export { taskArguments } from "./task-arguments.ts";
export { delay, waitFor } from "./wait.ts";
