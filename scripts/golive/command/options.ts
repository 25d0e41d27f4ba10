/** Reads the options of `deno task golive`. */
import { parseArgs } from "node:util";
import { taskArguments } from "@farthing/command-line";
import { SettingsError } from "../../settings/settings.ts";

const COMMANDS = [
  "preflight",
  "smoke",
  "webhook",
  "canary",
  "rollback",
  "first-dollar",
  "full",
] as const;

export type CommandName = typeof COMMANDS[number];

export const USAGE = `Usage: deno task golive COMMAND [options]
       deno task golive verify REPORT

  preflight      secrets, keys, webhook endpoint, migrations, cron, Redis, mail, snapshot
  smoke          health, 401, 402 and 409, a charge, idempotency, CSV; moves no money
  webhook        a signed event, a replay, a bad signature, and Stripe's list against the inbox
  canary         switches a feature on in stages, and off again if a gate fails
  rollback       flags off, then the previous functions; says how long it took
  first-dollar   one purchase of the Starter package, with evidence of each step
  full           all of these in order, up to the first live dollar

  --env-file FILE  the project's dotenv file; without it the environment, else the stack on
                   this machine
  --live           allow Stripe's live mode; asks for a typed confirmation
  --again          begin anew, instead of going on where the last run was ended
  --report FILE    where to write the signed report (default: in .farthing/golive)
  --json           print the report as JSON instead of a table

The exit code is 0 for GO, 1 for NO-GO, and 2 for a wrong call.`;

export interface Options {
  readonly command: CommandName;
  readonly envFile: string | undefined;
  readonly isLive: boolean;
  readonly beginsAnew: boolean;
  readonly report: string | undefined;
  readonly isJson: boolean;
}

export type Asked =
  | { readonly kind: "help" }
  | { readonly kind: "verify"; readonly file: string }
  | { readonly kind: "run"; readonly options: Options };

const isCommand = (text: string | undefined): text is CommandName =>
  COMMANDS.some((name) => name === text);

/** @throws SettingsError, or the error of parseArgs */
export function readOptions(args: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: taskArguments(args),
    allowPositionals: true,
    options: {
      "env-file": { type: "string" },
      "live": { type: "boolean", default: false },
      "again": { type: "boolean", default: false },
      "report": { type: "string" },
      "json": { type: "boolean", default: false },
      "help": { type: "boolean", short: "h", default: false },
    },
  });
  const [command, ...more] = positionals;
  if (values.help) return { kind: "help" };
  if (command === "verify" && more.length === 1) return { kind: "verify", file: more[0]! };
  if (!isCommand(command) || more.length > 0) {
    throw new SettingsError(`Name one command: ${COMMANDS.join(", ")}, or verify FILE.`);
  }
  return {
    kind: "run",
    options: {
      command,
      envFile: values["env-file"],
      isLive: values.live,
      beginsAnew: values.again,
      report: values.report,
      isJson: values.json,
    },
  };
}
