/**
 * Gives the signing secrets of new endpoints to the user: prints them once, or writes them to a
 * file.
 */
import { parseEnv } from "node:util";
import { readEnvText, tryEnvText, withLine, writeEnvText } from "../secrets/env-line.ts";
import { SUPABASE_CLI } from "../supabase/cli.ts";

const NAME = "STRIPE_WEBHOOK_SECRET";

function valuesIn(text: string): string[] {
  return (parseEnv(text)[NAME] ?? "").split(",").map((each) => each.trim()).filter(Boolean);
}

/**
 * Returns the file's text with the new secrets before the existing ones. The functions try all of
 * them.
 */
async function textWith(file: string, secrets: readonly string[]): Promise<string> {
  const text = await readEnvText(file);
  return withLine(text, NAME, [...secrets, ...valuesIn(text)].join(","));
}

/** @throws SettingsError */
export async function writeSecrets(file: string, secrets: readonly string[]): Promise<void> {
  await writeEnvText(file, await textWith(file, secrets));
}

/**
 * Throws an error if writeSecrets() would fail. `stripe:setup` calls it before Stripe makes a
 * secret, which would be lost if the write failed.
 * @throws SettingsError
 */
export async function tryWrite(file: string): Promise<void> {
  await tryEnvText(file, await textWith(file, ["whsec_"]));
}

/**
 * Returns the line for a dotenv file. It does not show existing secrets; the user must append them
 * after the new ones.
 */
export function secretsLine(secrets: readonly string[], hasOthers: boolean): string {
  return `${NAME}=${secrets.join(",")}${hasOthers ? ",<the current value>" : ""}`;
}

export function storeCommand(file: string, project: string | undefined): string {
  const remote = project === undefined ? "" : ` --remote=${project}`;
  return `${SUPABASE_CLI.join(" ")} secrets set --env-file ${file}${remote} --yes`;
}
