/** Moves the outputs of infra/terraform into a dotenv file. Values are never shown. */
import { z } from "zod";
import { withLine } from "../secrets/env-line.ts";
import { SettingsError } from "../project/project-settings.ts";

/** The part of `terraform output -json` that is read here. */
const outputs = z.object({
  environment: z.object({
    value: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().min(1)),
  }),
  project_ref: z.object({ value: z.string().regex(/^[a-z]{20}$/) }),
});

export interface Environment {
  readonly projectRef: string;
  readonly names: readonly string[];
  /** The dotenv file's new text. */
  readonly text: string;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new SettingsError(
      "The input is not JSON: pipe the output of `terraform output -json` into this command.",
    );
  }
}

/**
 * @param json what `terraform output -json` prints
 * @param envText the current text of the dotenv file
 * @throws SettingsError that names what is missing, and no value
 */
export function environmentOf(json: string, envText: string): Environment {
  const read = outputs.safeParse(parsed(json));
  if (!read.success) {
    const missing = read.error.issues.map(({ path }) => path.join("."));
    throw new SettingsError(
      `The outputs lack ${missing.join(", ")}: run \`terraform apply\` in infra/terraform first.`,
    );
  }
  const { environment, project_ref } = read.data;
  const names = Object.keys(environment.value).toSorted();
  return {
    projectRef: project_ref.value,
    names,
    text: names.reduce((text, name) => withLine(text, name, environment.value[name]!), envText),
  };
}
