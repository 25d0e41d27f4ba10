/** Which secrets go from a dotenv file to the project. Names are shown and compared, values only sent. */
import { parseEnv } from "node:util";
import { ENV_NEEDS, type EnvName } from "../../supabase/functions/_shared/core/env-needs.ts";
import { checkSecrets, refusalOf } from "../secrets/check.ts";
import { withLine } from "../secrets/env-line.ts";
import { SettingsError } from "../settings/settings.ts";
import { lastWord, runSupabase } from "../supabase/cli.ts";
import { cleanUpOnSignals, withCleanup } from "@farthing/command-line";

export interface SecretPlan {
  readonly names: readonly string[];
  /** In the file, and not for the project: the platform's own names, emulators' addresses, and others. */
  readonly leftOut: readonly string[];
  /** A dotenv file with those names alone. */
  readonly text: string;
}

function isSent(name: string): boolean {
  if (!Object.hasOwn(ENV_NEEDS, name)) return false;
  const { is } = ENV_NEEDS[name as EnvName];
  return is === "needed" || is === "optional";
}

/** @throws SettingsError naming values that the functions would refuse, and the file's own mistakes */
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
  /** A name, or two of which one is enough. */
  readonly name: string;
  readonly functions: readonly string[];
}

/** What functions lack among the names that the project has or will have. */
export function lacking(names: ReadonlySet<string>): Lack[] {
  const groups = checkSecrets({ source: "", names, values: null, isWhole: false });
  const functionsBy = new Map<string, string[]>();
  for (const { name: owner, findings } of groups) {
    for (const { name, note } of findings.filter(({ state }) => state === "missing")) {
      // Of two that would do, each is found missing.
      const key = /^or /.test(note) ? [name, note.slice("or ".length)].sort().join(" or ") : name;
      const functions = functionsBy.get(key) ?? [];
      if (!functions.includes(owner ?? "all")) functions.push(owner ?? "all");
      functionsBy.set(key, functions);
    }
  }
  return [...functionsBy].map(([name, functions]) => ({ name, functions }));
}

/** Ctrl-C and SIGTERM end the process, and leave no file with secrets. @throws with the CLI's last word */
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
