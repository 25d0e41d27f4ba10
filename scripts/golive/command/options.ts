/** Reads the options of `deno task golive`. */
import { parseArgs } from "node:util";
import { taskArguments } from "@farthing/command-line";
import { SettingsError } from "../../project/project-settings.ts";

const COMMANDS = [
  "preflight",
  "smoke",
  "webhook",
  "canary",
  "rollback",
  "first-dollar",
  "snapshot",
  "full",
] as const;

export type CommandName = typeof COMMANDS[number];

export const USAGE = `Usage: deno task golive COMMAND [options]
       deno task golive verify REPORT [--key FINGERPRINT]

  preflight      secrets, keys, webhook endpoint, migrations, cron, Redis, mail, snapshot
  smoke          health, 401, 402 and 409, a charge, idempotency, CSV; moves no money
  webhook        a signed event, a replay, a bad signature, and Stripe's list against the inbox
  canary         switches a feature on in stages, and off again if a gate fails
  rollback       flags off, then the previous functions; says how long it took
  first-dollar   one purchase of the Starter package, with evidence of each step
  snapshot       a dump of the ledger, restored into a second database, proved and caught up
  full           snapshot, preflight, smoke, webhook, canary and first-dollar, in this order

  --env-file FILE  the project's dotenv file; without it the environment, else the stack on
                   this machine
  --live           allow Stripe's live mode; asks for a typed confirmation
  --again          begin anew, instead of going on where the last run was ended
  --buy-again      first-dollar, full: begin anew, and buy although the project has paid
  --project REF    the hosted project, for commands of the Supabase CLI (default: from SUPABASE_URL)
  --flag NAME      the feature of canary and rollback: b2c or b2b (default b2c; rollback: those
                   that a canary has switched last)
  --stage-seconds N  how long a stage of the canary lasts (default 600)
  --stages N,N     the stages of the canary, of 1, 5, 25, 50 and 100 % (default all of them)
  --without-connect  the project has no bookings, and so no endpoint for connected accounts
  --traffic        canary on a stack of this machine: send the requests that users would send
  --accept-no-data  canary: go on to the next stage although nobody has used this one
  --from-on        canary: begin although the feature is on for everyone
  --to REVISION    rollback: the git revision whose functions run again (default: the one before)
  --email ADDRESS  first-dollar: the buyer's address, which gets the receipt, and which Auth must
                   not know yet; smoke: the address that gets a sample receipt (default: none)
  --package SLUG   first-dollar: the package to buy (default starter)
  --refund         first-dollar: refund the purchase at the end
  --report FILE    where to write the signed report (default: in .farthing/golive)
  --key FINGERPRINT  verify: trust this key instead of the one of this machine
  --json           print the report as JSON instead of a table

The exit code is 0 for GO, 1 for NO-GO, 2 for a wrong call, and 3 for INCOMPLETE: nothing has failed,
but a step that the command is for was skipped.`;

export interface Options {
  readonly command: CommandName;
  readonly envFile: string | undefined;
  readonly isLive: boolean;
  readonly beginsAnew: boolean;
  /**
   * Whether the person wants another purchase, even if the project has already paid its first
   * dollar.
   */
  readonly buysAgain: boolean;
  readonly report: string | undefined;
  readonly isJson: boolean;
  readonly project: string | undefined;
  readonly flag: "b2c" | "b2b";
  /** Whether the person has named the feature flag with --flag. */
  readonly isFlagNamed: boolean;
  readonly stageSeconds: number;
  /** The percentage of the users that each stage of the canary reaches. */
  readonly stages: readonly number[];
  /**
   * Whether the project has no bookings. Such a project needs no webhook endpoint for connected
   * accounts.
   */
  readonly isWithoutConnect: boolean;
  readonly makesTraffic: boolean;
  readonly acceptsNoData: boolean;
  readonly fromOn: boolean;
  readonly revision: string | undefined;
  readonly email: string | undefined;
  readonly packageSlug: string;
  readonly refunds: boolean;
}

export type Asked =
  | { readonly kind: "help" }
  | { readonly kind: "verify"; readonly file: string; readonly key: string | undefined }
  | { readonly kind: "run"; readonly options: Options };

const isCommand = (text: string | undefined): text is CommandName =>
  COMMANDS.some((name) => name === text);

const LONGEST_STAGE = 86_400;

function flagOf(text: string): Options["flag"] {
  if (text === "b2c" || text === "b2b") return text;
  throw new SettingsError("--flag must be b2c or b2b.");
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= LONGEST_STAGE) return seconds;
  throw new SettingsError(`--stage-seconds must be a whole number from 1 to ${LONGEST_STAGE}.`);
}

export const STAGES: readonly number[] = [1, 5, 25, 50, 100];

/**
 * A shop with few users may leave out the first stages, because these stages might include none of
 * its users.
 */
function stagesOf(text: string): number[] {
  const wanted = text.split(",").map(Number);
  if (wanted.every((stage) => STAGES.includes(stage))) {
    return STAGES.filter((stage) => wanted.includes(stage));
  }
  throw new SettingsError(
    `--stages must be one or more of ${STAGES.join(",")}, with commas between them.`,
  );
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: taskArguments(args),
    allowPositionals: true,
    options: {
      "env-file": { type: "string" },
      "live": { type: "boolean", default: false },
      "again": { type: "boolean", default: false },
      "buy-again": { type: "boolean", default: false },
      "report": { type: "string" },
      "key": { type: "string" },
      "json": { type: "boolean", default: false },
      "project": { type: "string" },
      "flag": { type: "string" },
      "stage-seconds": { type: "string", default: "600" },
      "stages": { type: "string", default: STAGES.join(",") },
      "without-connect": { type: "boolean", default: false },
      "traffic": { type: "boolean", default: false },
      "accept-no-data": { type: "boolean", default: false },
      "from-on": { type: "boolean", default: false },
      "to": { type: "string" },
      "email": { type: "string" },
      "package": { type: "string", default: "starter" },
      "refund": { type: "boolean", default: false },
      "help": { type: "boolean", short: "h", default: false },
    },
  });

/** @throws SettingsError, or the error of parseArgs */
export function readOptions(args: readonly string[]): Asked {
  const { values, positionals } = parse(args);
  const [command, ...more] = positionals;
  if (values.help) return { kind: "help" };
  if (command === "verify" && more.length === 1) {
    return { kind: "verify", file: more[0]!, key: values.key };
  }
  if (!isCommand(command) || more.length > 0) {
    throw new SettingsError(`Name one command: ${COMMANDS.join(", ")}, or verify FILE.`);
  }
  return {
    kind: "run",
    options: {
      command,
      envFile: values["env-file"],
      isLive: values.live,
      beginsAnew: values.again || values["buy-again"],
      buysAgain: values["buy-again"],
      report: values.report,
      isJson: values.json,
      project: values.project,
      flag: flagOf(values.flag ?? "b2c"),
      isFlagNamed: values.flag !== undefined,
      stageSeconds: secondsOf(values["stage-seconds"]),
      stages: stagesOf(values.stages),
      isWithoutConnect: values["without-connect"],
      makesTraffic: values.traffic,
      acceptsNoData: values["accept-no-data"],
      fromOn: values["from-on"],
      revision: values.to,
      email: values.email,
      packageSlug: values.package,
      refunds: values.refund,
    },
  };
}
