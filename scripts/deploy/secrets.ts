/**
 * Chooses which secrets of a dotenv file are sent to the project. Only names are printed and
 * compared, never values.
 */
import { parseEnv } from "node:util";
import { ENV_NEEDS, type EnvName } from "../../supabase/functions/_shared/core/env-needs.ts";
import { checkSecrets, refusalOf } from "../secrets/check.ts";
import { withLine } from "../secrets/env-line.ts";
import { SettingsError } from "../project/project-settings.ts";
import { lastWord, runSupabase } from "../supabase/cli.ts";
import { cleanUpOnSignals, withCleanup } from "@farthing/command-line";

export interface SecretPlan {
  readonly names: readonly string[];
  /**
   * Names of variables in the file that are not sent: the platform's own variables, addresses of
   * emulators, and unknown variables.
   */
  readonly leftOut: readonly string[];
  /** The text of a dotenv file that contains only the variables to send. */
  readonly text: string;
}

function isSent(name: string): boolean {
  if (!Object.hasOwn(ENV_NEEDS, name)) return false;
  const { is } = ENV_NEEDS[name as EnvName];
  return is === "needed" || is === "optional";
}

/**
 * @throws SettingsError naming the variables whose values the functions would refuse, or the
 *   errors in the file
 */
export function planSecrets(fileText: string): SecretPlan {
  const values = parseEnv(fileText);
  const filled = Object.keys(values).filter((name) => values[name]);
  const names = filled.filter(isSent).sort();
  const refusal = refusalOf(Object.fromEntries(names.map((name) => [name, values[name]])));
  if (refusal !== null) {
    throw new SettingsError(`The functions would refuse these values. ${refusal.message}`);
  }
  return {
    names,
    leftOut: filled.filter((name) => !isSent(name)).sort(),
    text: names.reduce((text, name) => withLine(text, name, values[name]!), ""),
  };
}

interface Lack {
  /**
   * The name of a missing secret; `A or B` if two secrets are missing and either of them would be
   * enough.
   */
  readonly name: string;
  readonly functions: readonly string[];
}

/**
 * Returns the secrets that the functions need and the project lacks. `names` are the names of the
 * secrets that the project has, and of those that this deployment will add.
 */
export function lacking(names: ReadonlySet<string>): Lack[] {
  const groups = checkSecrets({ source: "", names, values: null, isWhole: false });
  const functionsBy = new Map<string, string[]>();
  for (const { name: owner, findings } of groups) {
    for (const { name, note } of findings.filter(({ state }) => state === "missing")) {
      // If one of two secrets would be enough and neither is set, the check reports each of them.
      // The two reports become one entry here.
      const key = /^or /.test(note) ? [name, note.slice("or ".length)].sort().join(" or ") : name;
      const functions = functionsBy.get(key) ?? [];
      if (!functions.includes(owner ?? "all")) functions.push(owner ?? "all");
      functionsBy.set(key, functions);
    }
  }
  return [...functionsBy].map(([name, functions]) => ({ name, functions }));
}

/**
 * Sends the secrets in a temporary file. Ctrl-C and SIGTERM also remove that file before they end
 * the process.
 * @throws with the CLI's last message
 */
export async function setSecrets({ text }: SecretPlan, project: string): Promise<void> {
  const file = await Deno.makeTempFile({ prefix: "farthing-secrets-" });
  const stopListening = cleanUpOnSignals();
  try {
    await withCleanup(() => Deno.remove(file), async () => {
      await Deno.writeTextFile(file, text, { mode: 0o600 });
      const said = await runSupabase([
        ...["secrets", "set", "--yes", "--env-file", file, `--remote=${project}`],
      ]);
      if (!said.success) throw new Error(lastWord(said));
    });
  } finally {
    stopListening();
  }
}
