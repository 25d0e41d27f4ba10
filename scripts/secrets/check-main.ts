/**
 * `deno task secrets:check`: lists the variables that each function needs, and whether they are
 * set.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { SettingsError } from "../project/project-settings.ts";
import { formatTable, print, printError, taskArguments } from "@farthing/command-line";
import { checkSecrets, type Found, type Group, type State, wrongNames } from "./check.ts";
import { fromEnvironment, fromFile, fromProject, fromStack } from "./sources.ts";

const USAGE = `Usage: deno task secrets:check [options]

Lists which environment variables each function needs, and whether they are set. Values are
neither shown nor sent. Exits with 1 if a needed variable is missing or malformed.

  --env-file FILE    a dotenv file, as for \`supabase secrets set --env-file\`
  --env              this process's environment; the default if it has SUPABASE_URL
  --stack            the stack on this machine; the default otherwise
  --remote           the linked hosted project, by \`supabase secrets list\`: names only
  --project-ref REF  with --remote: that project`;

const PAINT: Readonly<Record<State, (text: string) => string>> = {
  "present": pc.green,
  "malformed": pc.red,
  "missing": pc.red,
  "not set": pc.dim,
  "left unset": pc.dim,
  "platform": pc.dim,
};

const SAID: Readonly<Partial<Record<State, string>>> = {
  "platform": "set by the platform",
  "left unset": "unset, as it should be",
};

function rowsOf({ name, findings }: Group): string[][] {
  const title = name ?? "every function";
  if (findings.length === 0) return [[pc.bold(title), pc.dim("nothing of its own"), "", ""]];
  return findings.map((finding, index) => [
    index === 0 ? pc.bold(title) : "",
    finding.name,
    PAINT[finding.state](SAID[finding.state] ?? finding.state),
    pc.dim(finding.note),
  ]);
}

async function find(values: ReturnType<typeof readArguments>): Promise<Found> {
  if (values["env-file"] !== undefined) return fromFile(values["env-file"]);
  if (values.remote) return await fromProject(values["project-ref"]);
  if (values.env || (!values.stack && Deno.env.get("SUPABASE_URL"))) return fromEnvironment();
  return fromStack();
}

function readArguments(args: string[]) {
  return parseArgs({
    args: taskArguments(args),
    options: {
      "env-file": { type: "string" },
      "env": { type: "boolean", default: false },
      "stack": { type: "boolean", default: false },
      "remote": { type: "boolean", default: false },
      "project-ref": { type: "string" },
      "help": { type: "boolean", short: "h", default: false },
    },
  }).values;
}

async function main(): Promise<number> {
  const values = readArguments(Deno.args);
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const found = await find(values);
  const groups = checkSecrets(found);
  print(pc.dim(`Looked for in ${found.source}.\n`));
  const columns = [{ title: "Function" }, { title: "Name" }, { title: "State" }, { title: "" }];
  print(formatTable(columns, groups.flatMap(rowsOf)));
  const wrong = wrongNames(groups);
  const all = groups.flatMap(({ findings }) => findings.map(({ name }) => name));
  const sum = `${new Set(all).size} names, ${wrong.length} missing or malformed`;
  print(`\n${wrong.length === 0 ? pc.green(sum) : pc.red(`${sum}: ${wrong.join(", ")}`)}`);
  return wrong.length === 0 ? 0 : 1;
}

try {
  Deno.exit(await main());
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error;
  if (!isUsage && !(error instanceof SettingsError)) throw error;
  // The unexpected argument may be a secret, so the message must not repeat it.
  const isStray = isUsage && error.code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL";
  const message = pc.red(
    isStray ? "This command takes only options. Remove the other argument." : error.message,
  );
  printError(isUsage ? `${message}\n\n${USAGE}` : message);
  Deno.exit(2);
}
