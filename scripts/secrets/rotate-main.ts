/**
 * `deno task secrets:rotate NAME`: shows the steps for rotating a secret, and carries out those
 * that need no other service's console.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { SettingsError } from "../project/project-settings.ts";
import { print, printError, taskArguments } from "@farthing/command-line";
import { readEnvText, writeEnvText } from "./env-line.ts";
import { rotate, rotationOf } from "./rotate.ts";
import { ROTATIONS } from "./rotation-steps.ts";

const USAGE = `Usage: deno task secrets:rotate NAME [options]

Explains how to replace a secret without an interruption, and makes a new value if no other service
makes it. Existing values are never shown. Nothing is sent anywhere.

  --write FILE   write the new value to this dotenv file, before the old one if two are accepted
  --stdin        read the new value, made elsewhere, from standard input
  --finish       remove the old value and keep the current one (with --write)

Names:
  ${Object.keys(ROTATIONS).join("\n  ")}`;

function readArguments(args: string[]) {
  return parseArgs({
    args: taskArguments(args),
    allowPositionals: true,
    options: {
      write: { type: "string" },
      stdin: { type: "boolean", default: false },
      finish: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

async function main(): Promise<void> {
  const { values, positionals: [name, ...more] } = readArguments(Deno.args);
  if (values.help || name === undefined) return print(USAGE);
  const { note, steps } = rotationOf(name);
  if (more.length > 0) {
    throw new SettingsError(
      "Name one secret only. Pass a new value on standard input with --stdin.",
    );
  }
  if (values.finish && values.write === undefined) {
    throw new SettingsError("--finish changes a file: name the file with --write.");
  }
  print(`${pc.bold(name)}\n${note}\n`);
  steps.forEach((step, index) => print(`  ${index + 1}. ${step}`));
  const given = values.stdin ? (await new Response(Deno.stdin.readable).text()).trim() : undefined;
  const text = values.write === undefined ? null : await readEnvText(values.write);
  const asked = { name, isLast: values.finish, ...(given !== undefined && { given }) };
  const rotated = rotate(text, asked);
  if (rotated === null) return;
  print(`\n${rotated.shown}`);
  if (values.write === undefined) return print(pc.dim("Nothing is written without --write FILE."));
  await writeEnvText(values.write, rotated.text);
  print(pc.green(`Written to ${values.write}.`));
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error;
  if (!isUsage && !(error instanceof SettingsError)) throw error;
  printError(isUsage ? `${pc.red(error.message)}\n\n${USAGE}` : pc.red(error.message));
  Deno.exit(1);
}
