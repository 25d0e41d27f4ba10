/**
 * Runs Edge Functions in processes of their own, and ends these processes as the hosted runtime
 * does.
 */
export { HOSTED_COMMAND, HOSTED_DENO, HOSTED_ENV, hostedProgram } from "./hosted-deno.ts";
export { PLANS } from "./limits.ts";
export { type IsolateCounts, programsIn } from "./pool.ts";
export { type IsolateProgram, spawnIsolate } from "./isolate-process.ts";
export { processorMs } from "./processor-time.ts";
