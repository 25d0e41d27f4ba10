/** Chooses how Edge Functions run: from sources or bundles, in this process or in isolates. */
import { hostedProgram } from "../isolates/hosted-deno.ts";
import { Isolates, programsIn } from "../isolates/pool.ts";
import type { ResolvedOptions } from "../stack/options.ts";
import { printAsFunction } from "./function-log.ts";
import { isolatedFunctions, type Loaded, loadFunctions } from "./load-functions.ts";

/**
 * Loads the Edge Functions in this process, or prepares isolates if the options ask for them. If
 * the options name a directory of bundles, the isolates run the bundles in the hosted version of
 * Deno.
 */
export async function sourcesOrBundles(
  { functionsDir, bundlesDir, isolates: limits, log }: ResolvedOptions,
): Promise<{ loaded: Map<string, Loaded>; isolates: Isolates | undefined }> {
  if (!limits) return { loaded: await loadFunctions(functionsDir, log), isolates: undefined };
  const directory = bundlesDir ?? functionsDir;
  const entry = bundlesDir === undefined ? "index.ts" : "index.js";
  const runner = bundlesDir === undefined ? {} : await hostedProgram();
  // Write the output of the isolates to the log to which functions in this process write, too.
  const isolates = new Isolates({
    limits,
    programOf: programsIn(directory, entry, runner),
    print: printAsFunction,
  });
  return { loaded: await isolatedFunctions(directory, entry, isolates), isolates };
}
