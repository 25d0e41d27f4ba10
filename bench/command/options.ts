/** Reads the options of `deno task bench`. */
import { parseArgs } from "node:util";
import { taskArguments } from "@farthing/command-line";
import type { Flavour } from "@farthing/local-stack/postgres";

export const USAGE =
  `Usage: deno task bench [--only G1,G5] [--rounds N] [--seconds S] [--rows N] [--postgres P] [--write]

Compares the ledger with floors on a new database, arm beside arm in each
round, and prints ratios, goals and verdicts. Takes about a quarter of an hour.

  --only     goals to measure, by number (G1 to G27); by default all but G24 to G27,
             which take up to ten more minutes each
  --rounds   rounds, at least 3 for a verdict (default 3)
  --seconds  how long an arm runs per round and number of clients (default 2)
  --rows     the most ledger rows (G14, G24, G26) and finished jobs (G17) to measure with
             (default 1e6)
  --against  commits that G25 compares with (default 63e8a00, before movements had authors,
             and 19a6328, before the SQL was regrouped); it needs valgrind
  --postgres embedded (default) or system, the newest installed one
  --write    write docs/reference/benchmarks.md too`;

export interface Options {
  /**
   * Returns whether to measure a goal. Without --only, returns true for every goal. For a slow
   * measure, which must not run by default, call `names` instead.
   */
  wants: (goal: string) => boolean;
  /** Returns whether --only names a goal. */
  names: (goal: string) => boolean;
  rounds: number;
  seconds: number;
  rows: number;
  /** The commits whose hot path is compared with that of the current files. */
  against: string[];
  postgres: Flavour;
  write: boolean;
}

export class UsageError extends Error {}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} must be a positive number, not ${text}.`);
}

function flavour(text: string): Flavour {
  if (text === "embedded" || text === "system") return text;
  throw new UsageError(`--postgres must be embedded or system, not ${text}.`);
}

/**
 * Returns undefined if the user asked for help.
 * @throws UsageError
 */
export function readOptions(args: string[], goals: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: taskArguments(args),
    options: {
      only: { type: "string" },
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "2" },
      rows: { type: "string", default: "1e6" },
      against: { type: "string", default: "63e8a00,19a6328" },
      postgres: { type: "string", default: "embedded" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  const list = (text: string) => text.split(",").map((each) => each.trim());
  const only = values.only === undefined ? undefined : list(values.only.toUpperCase());
  const unknown = only?.find((goal) => !goals.includes(goal));
  if (unknown !== undefined) {
    throw new UsageError(`--only must name goals: ${unknown} is none of ${goals.join(", ")}.`);
  }
  return {
    wants: (goal) => only === undefined || only.includes(goal),
    names: (goal) => only?.includes(goal) ?? false,
    rounds: Math.round(positive("rounds", values.rounds)),
    seconds: positive("seconds", values.seconds),
    rows: positive("rows", values.rows),
    against: list(values.against),
    postgres: flavour(values.postgres),
    write: values.write,
  };
}
