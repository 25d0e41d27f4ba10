/**
 * The Docker-free Supabase in one process.
 *
 *     const stack = await startStack({ offset: 200, dataDir });
 *     createClient(stack.env.SUPABASE_URL, stack.env.SUPABASE_PUBLISHABLE_KEY);
 *     await stack.database.crash();   // comes back by itself unless restartDatabase is false
 *     await stack.stop();
 *
 * Functions read the process's environment and are loaded once per process, so one process can
 * hold one stack at a time; start others as subprocesses of `@farthing/local-stack/command`.
 */
export { type Stack, startStack } from "./start-stack.ts";
export type { StackOptions } from "./stack/options.ts";
