/** The options of a stack and their defaults. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type IsolateLimits, PLANS } from "../isolates/limits.ts";
import type { Flavour } from "../postgres/find-postgres.ts";
import type { Welcome } from "./welcome.ts";

/** The repository's root, to which default paths are relative. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The options of a stack, all optional; `resolveOptions` sets the defaults. */
export interface StackOptions {
  /** The number to add to every port. */
  offset?: number;
  /**
   * Whether the Stripe emulator is in live mode (default false). The functions then have a key
   * `sk_live_…`, and the data is in a directory of its own. No money moves.
   */
  live?: boolean;
  dataDir?: string;
  envFile?: string;
  postgres?: Flavour;
  migrationsDir?: string;
  functionsDir?: string;
  seedFile?: string;
  /** The folder of the built console (default `.farthing/console`). */
  consoleDir?: string;
  /** Whether to restart a database that ends unexpectedly (default true). */
  restartDatabase?: boolean;
  /**
   * Whether to run due cron jobs (default true). Tests that run the scheduled tasks themselves set
   * it to false.
   */
  runJobs?: boolean;
  /** Whether to run Redis if the machine has it (default true). */
  redis?: boolean;
  /**
   * The origins of apps that may use the stack, in addition to the gateway's own origin and, in
   * test mode, the origins of every local port.
   */
  origins?: string[];
  /** Environment variables of the Edge Functions. They override those that the stack sets. */
  environment?: Record<string, string>;
  /**
   * The limits of the isolates in which the Edge Functions run. By default the functions run in the
   * stack's own process, without isolates.
   */
  isolates?: IsolateLimits;
  /**
   * The directory of the Edge Functions' bundles. The hosted version of Deno runs the bundles
   * instead of the sources.
   */
  bundlesDir?: string;
  /** Whether the terminal shows everything that the functions log, not only errors. */
  verbose?: boolean;
  /**
   * The section about the product on the page at the gateway's root. The product is the app that
   * the stack runs. By default the page shows only the stack's parts.
   */
  welcome?: Welcome;
  /** Called with each line of progress (default: ignored). */
  log?: (line: string) => void;
}

type Optional = "isolates" | "bundlesDir" | "welcome";

export interface ResolvedOptions extends Required<Omit<StackOptions, Optional>> {
  welcome: Welcome | undefined;
  isolates: IsolateLimits | undefined;
  bundlesDir: string | undefined;
  /**
   * The file of the Edge Functions' log. It is inside the data directory. But if the data directory
   * is the default one of test mode, the file is in that directory's parent.
   */
  logFile: string;
}

export function resolveOptions(options: StackOptions): ResolvedOptions {
  const { live = false } = options;
  const dataDir = options.dataDir ?? `${ROOT}/.farthing/${live ? "data-live" : "data"}`;
  return {
    offset: options.offset ?? 0,
    live,
    dataDir: resolve(dataDir),
    envFile: resolve(options.envFile ?? `${ROOT}/.farthing/stack.env`),
    postgres: options.postgres ?? "embedded",
    migrationsDir: resolve(options.migrationsDir ?? `${ROOT}/supabase/migrations`),
    functionsDir: resolve(options.functionsDir ?? `${ROOT}/supabase/functions`),
    seedFile: resolve(options.seedFile ?? `${ROOT}/supabase/farthing_seed.sql`),
    consoleDir: resolve(options.consoleDir ?? `${ROOT}/.farthing/console`),
    restartDatabase: options.restartDatabase ?? true,
    runJobs: options.runJobs ?? true,
    redis: options.redis ?? true,
    origins: options.origins ?? [],
    environment: options.environment ?? {},
    isolates: options.isolates ?? (options.bundlesDir === undefined ? undefined : PLANS.paid),
    bundlesDir: options.bundlesDir && resolve(options.bundlesDir),
    welcome: options.welcome,
    verbose: options.verbose ?? false,
    logFile: resolve(live ? dataDir : options.dataDir ?? `${ROOT}/.farthing`, "functions.log"),
    log: options.log ?? (() => {}),
  };
}
