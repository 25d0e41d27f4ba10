/**
 * Supabase in one process, without Docker.
 *
 *     const stack = await startStack({ offset: 200, dataDir });
 *     createClient(stack.env.SUPABASE_URL, stack.env.SUPABASE_PUBLISHABLE_KEY);
 *     await stack.database.crash();   // restarts by itself unless restartDatabase is false
 *     await stack.stop();
 *
 * Edge Functions read the process's environment when they load, and load once per process. One
 * process can therefore run only one stack at a time. To run more, start
 * `@farthing/local-stack/command` as a subprocess for each.
 */
export { type Stack, startStack } from "./start-stack.ts";
export type { StackOptions } from "./stack/options.ts";
export type { DemoResult } from "./stack/demo-result.ts";
export type { Access, ApiSamples, Proof, Welcome } from "./stack/welcome.ts";
