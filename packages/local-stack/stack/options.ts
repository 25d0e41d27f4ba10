/** The options of a stack, and what is meant where one is left out. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type IsolateLimits, PLANS } from "../isolates/limits.ts";
import type { Flavour } from "../postgres/find-postgres.ts";

/** The repository's root: paths in options are relative to it unless given. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Everything a stack is made from; all optional, see `resolveOptions` for what is meant then. */
export interface StackOptions {
  /** Added to every port. */
  offset?: number;
  dataDir?: string;
  envFile?: string;
  postgres?: Flavour;
  migrationsDir?: string;
  functionsDir?: string;
  seedFile?: string;
  /** Restart a database that dies (default true). Tests that want it down say false. */
  restartDatabase?: boolean;
  /** Run due cron jobs (default true). Tests that call the sweeps themselves say false. */
  runJobs?: boolean;
  /** Run Redis where the machine has one (default true). */
  redis?: boolean;
  /** Origins of apps, beside the usual local ones and the gateway's own. */
  origins?: string[];
  /** Names of the functions' environment that are other than the stack's own. */
  environment?: Record<string, string>;
  /** Run the functions in isolates that end by these limits (default: in the stack's own process). */
  isolates?: IsolateLimits;
  /** Run the bundles of this directory, by the hosted version of Deno, in the place of the sources. */
  bundlesDir?: string;
  /** What the functions log to the terminal too, not errors alone. */
  verbose?: boolean;
  /** Where progress goes, a line at a time (default: nowhere). */
  log?: (line: string) => void;
}

export interface ResolvedOptions extends Required<Omit<StackOptions, "isolates" | "bundlesDir">> {
  isolates: IsolateLimits | undefined;
  bundlesDir: string | undefined;
  /** The functions' log; beside the data where that is the default's, else in it. */
  logFile: string;
}

export function resolveOptions(options: StackOptions): ResolvedOptions {
  return {
    offset: options.offset ?? 0,
    dataDir: resolve(options.dataDir ?? `${ROOT}/.farthing/data`),
    envFile: resolve(options.envFile ?? `${ROOT}/.farthing/stack.env`),
    postgres: options.postgres ?? "embedded",
    migrationsDir: resolve(options.migrationsDir ?? `${ROOT}/supabase/migrations`),
    functionsDir: resolve(options.functionsDir ?? `${ROOT}/supabase/functions`),
    seedFile: resolve(options.seedFile ?? `${ROOT}/supabase/farthing_seed.sql`),
    restartDatabase: options.restartDatabase ?? true,
    runJobs: options.runJobs ?? true,
    redis: options.redis ?? true,
    origins: options.origins ?? [],
    environment: options.environment ?? {},
    isolates: options.isolates ?? (options.bundlesDir === undefined ? undefined : PLANS.paid),
    bundlesDir: options.bundlesDir && resolve(options.bundlesDir),
    verbose: options.verbose ?? false,
    logFile: resolve(options.dataDir ?? `${ROOT}/.farthing`, "functions.log"),
    log: options.log ?? (() => {}),
  };
}
