import { taskArguments } from "@farthing/command-line";
import { parseArgs } from "node:util";

/** The file that the commands read if the user names none. */
const DEFAULT_FILE = "farthing.packages.json";

/** The usage text of the commands. */
export const USAGE = `Usage: deno task packages:pull FILE [options]
       deno task packages:diff [FILE] [options]
       deno task packages:push [FILE] --reason TEXT [options]

pull writes the packages on sale to a new file. diff compares a file with the
packages on sale, and push replaces the packages on sale by those of the file.
Without FILE, diff and push read ${DEFAULT_FILE}.

  --reason TEXT      why the packages change; stored with the change
  --retire           allow the push to retire packages that the file lacks
  --env-file FILE    the file with SUPABASE_URL and SUPABASE_SECRET_KEY; without
                     it the environment, else .farthing/stack.env`;

/** The command line is invalid; the message says how to correct it. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A command and its options. */
export interface ShopArguments {
  command: "pull" | "diff" | "push";
  file: string;
  reason?: string;
  retire: boolean;
  envFile?: string;
}

/**
 * Reads the command line. Returns null if the user asks for help.
 * @throws UsageError
 */
export function readArguments(args: string[]): ShopArguments | null {
  const { values, positionals } = parse(args);
  const [command, named, ...more] = positionals;
  const file = named ?? DEFAULT_FILE;
  if (values.help) return null;
  if (command !== "pull" && command !== "diff" && command !== "push") {
    throw new UsageError("Choose pull, diff or push.");
  }
  if (command === "pull" && named === undefined) {
    throw new UsageError("pull needs the name of the file to write, such as packages.json.");
  }
  if (more.length > 0) throw new UsageError(`Name only one file: remove ${more.join(", ")}.`);
  if (command === "push" && !values.reason?.trim()) {
    throw new UsageError('Say why the packages change: --reason "autumn prices".');
  }
  return {
    command,
    file,
    retire: values.retire,
    ...(values.reason !== undefined && { reason: values.reason }),
    ...(values["env-file"] !== undefined && { envFile: values["env-file"] }),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args: taskArguments(args),
      allowPositionals: true,
      options: {
        reason: { type: "string" },
        retire: { type: "boolean", default: false },
        "env-file": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
