/** The flags of `deno task start`. */
import { taskArguments } from "@farthing/command-line";
import { parseArgs } from "node:util";
import { MAX_OFFSET } from "../core/ports.ts";
import { StackError } from "../core/stack-error.ts";
import { parseLimits } from "../isolates/limits.ts";
import type { Flavour } from "../postgres/find-postgres.ts";
import type { StackOptions } from "../stack/options.ts";

export const USAGE = `Usage: deno task start|stop|reset|status [flags]

  --offset N                   add N to every port (default 0: API 54321, database 54322)
  --live                       the Stripe emulator in live mode: a key sk_live_…, events with
                               livemode: true, data of its own. No money moves.
  --data DIR                   where data and keys are stored (default .farthing/data, with --live
                               .farthing/data-live)
  --env-file FILE              where the addresses and keys are written (default .farthing/stack.env)
  --postgres embedded|system   the server from npm, or the machine's own (default embedded)
  --migrations DIR             migrations to apply (default supabase/migrations)
  --no-restart                 do not restart a database that ended unexpectedly
  --no-jobs                    do not run scheduled jobs
  --no-redis                   do not run Redis
  --origin URL                 an origin that apps may have (repeatable; in addition to
                               every port of localhost, 127.0.0.1 and [::1], with --live
                               only to the gateway and the console)
  --set NAME=VALUE             set a name of the functions' environment (docs/deploy.md), such as
                               ALERT_WEBHOOK_URL or SENTRY_DSN (repeatable)
  --isolates free|paid[,…]     run the functions in isolates with that plan's limits
                               (own limits: packages/local-stack/README.md)
  --bundles DIR                run bundled functions, such as those in
                               .farthing/deploy/supabase/functions, by the hosted version of Deno, in
                               isolates (with the paid plan's limits by default)
  --verbose                    print everything that the functions log, not only errors
  --help                       this text

With npx on Node 20, which would read --env-file itself, write: task start -- --env-file FILE`;

const FLAGS = {
  offset: { type: "string" },
  live: { type: "boolean" },
  data: { type: "string" },
  "env-file": { type: "string" },
  postgres: { type: "string" },
  migrations: { type: "string" },
  "no-restart": { type: "boolean" },
  "no-jobs": { type: "boolean" },
  "no-redis": { type: "boolean" },
  origin: { type: "string", multiple: true },
  set: { type: "string", multiple: true },
  isolates: { type: "string" },
  bundles: { type: "string" },
  verbose: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * Returns the options of a command line, or undefined if it asks for help.
 * @param names the environment variables of the Edge Functions that `--set` may set
 * @throws StackError that names the flag
 */
export function parseFlags(args: string[], names: readonly string[]): StackOptions | undefined {
  let values;
  try {
    ({ values } = parseArgs({ args: taskArguments(args), options: FLAGS, strict: true }));
  } catch (error) {
    throw new StackError(`${(error as Error).message}\n\n${USAGE}`);
  }
  if (values.help) return undefined;
  const options: StackOptions = {};
  if (values.offset !== undefined) options.offset = parseOffset(values.offset);
  if (values.live) options.live = true;
  if (values.data !== undefined) options.dataDir = values.data;
  if (values["env-file"] !== undefined) options.envFile = values["env-file"];
  if (values.postgres !== undefined) options.postgres = parseFlavour(values.postgres);
  if (values.migrations !== undefined) options.migrationsDir = values.migrations;
  if (values["no-restart"]) options.restartDatabase = false;
  if (values["no-jobs"]) options.runJobs = false;
  if (values["no-redis"]) options.redis = false;
  if (values.origin !== undefined) options.origins = values.origin.map(parseOrigin);
  if (values.set !== undefined) {
    options.environment = Object.fromEntries(values.set.map((text) => parseSetting(text, names)));
  }
  if (values.isolates !== undefined) options.isolates = parseLimits(values.isolates);
  if (values.bundles !== undefined) options.bundlesDir = values.bundles;
  if (values.verbose) options.verbose = true;
  return options;
}

function parseOffset(text: string): number {
  const offset = Number(text);
  if (/^\d+$/.test(text) && offset <= MAX_OFFSET) return offset;
  throw new StackError(`--offset must be a whole number from 0 to ${MAX_OFFSET}, not "${text}".`);
}

function parseFlavour(text: string): Flavour {
  if (text === "embedded" || text === "system") return text;
  throw new StackError(`--postgres must be embedded or system, not "${text}".`);
}

function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin) return url.origin;
  throw new StackError(`--origin must be an origin such as http://localhost:8080, not "${text}".`);
}

function parseSetting(text: string, names: readonly string[]): [string, string] {
  const [name = "", ...value] = text.split("=");
  if (names.includes(name) && value.length > 0) return [name, value.join("=")];
  // The message must not repeat the value after the equals sign, because it may be a secret.
  throw new StackError(`--set must be NAME=VALUE with a name from docs/deploy.md, not "${name}".`);
}
