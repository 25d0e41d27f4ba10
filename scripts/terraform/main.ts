/** `deno task terraform:env`: writes the outputs of infra/terraform into a dotenv file. */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { print, printError, taskArguments } from "@farthing/command-line";
import { readEnvText, writeEnvText } from "../secrets/env-line.ts";
import { SettingsError } from "../project/project-settings.ts";
import { environmentOf } from "./environment.ts";

const USAGE = `Usage: terraform output -json | deno task terraform:env --write FILE

Writes the outputs of infra/terraform into a dotenv file, which \`deno task deploy --env-file\` and
\`deno task golive --env-file\` read. Other lines stay as they are, and no value is shown.

  --write FILE   the file; only its owner can read it afterwards
  --help         this text`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: taskArguments(Deno.args),
    options: { write: { type: "string" }, help: { type: "boolean", short: "h", default: false } },
  });
  if (values.help) return print(USAGE);
  if (values.write === undefined) throw new SettingsError(`--write must name a file.\n\n${USAGE}`);
  if (Deno.stdin.isTerminal()) {
    throw new SettingsError(`Pipe the outputs into this command.\n\n${USAGE}`);
  }
  const json = await new Response(Deno.stdin.readable).text();
  const { projectRef, names, text } = environmentOf(json, await readEnvText(values.write));
  await writeEnvText(values.write, text);
  print(pc.green(`Written to ${values.write}: ${names.join(", ")}.`));
  print(`Next: npx -y deno@2.9.6 task deploy --project ${projectRef} --env-file ${values.write}`);
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error;
  if (!isUsage && !(error instanceof SettingsError)) throw error;
  printError(pc.red(isUsage ? `${error.message}\n\n${USAGE}` : error.message));
  Deno.exit(2);
}
