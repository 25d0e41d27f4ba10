/** The signing secrets of new endpoints on their way to the functions: shown once, or written to a file. */
import { parseEnv } from "node:util";
import { readEnvText, withLine, writeEnvText } from "../secrets/env-line.ts";

const NAME = "STRIPE_WEBHOOK_SECRET";

function valuesIn(text: string): string[] {
  return (parseEnv(text)[NAME] ?? "").split(",").map((each) => each.trim()).filter(Boolean);
}

/** Puts new secrets before those that are there: the functions try each. @throws SettingsError */
export async function writeSecrets(file: string, secrets: readonly string[]): Promise<void> {
  const text = await readEnvText(file);
  await writeEnvText(file, withLine(text, NAME, [...secrets, ...valuesIn(text)].join(",")));
}

/** The line of a dotenv file. What is there already is not shown, and has to stay behind the new ones. */
export function secretsLine(secrets: readonly string[], hasOthers: boolean): string {
  return `${NAME}=${secrets.join(",")}${hasOthers ? ",<the current value>" : ""}`;
}

export function storeCommand(file: string, project: string | undefined): string {
  const remote = project === undefined ? "" : ` --remote=${project}`;
  return `npx -y supabase@3.1.0 secrets set --env-file ${file}${remote} --yes`;
}
