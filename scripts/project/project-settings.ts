import { parseEnv } from "node:util";

/**
 * The file in which `deno task start` writes the stack's addresses and keys. The commands read it
 * by default.
 */
export const STACK_ENV_FILE = ".farthing/stack.env";

/**
 * The settings by name. `source` is the file or the environment that they come from, for use in
 * error messages.
 */
export interface Settings {
  values: Record<string, string | undefined>;
  source: string;
}

/** A setting is missing or unreadable. The message says what to do. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Reads the settings of the project to use. They come from the named file if there is one.
 * Otherwise they come from the environment if it has SUPABASE_URL, as for a hosted project.
 * Otherwise they come from the file of the stack on this machine, which may be missing.
 * @throws SettingsError if the named file cannot be read
 */
export function readSettings(envFile?: string): Settings {
  if (envFile !== undefined) return { values: readEnvFile(envFile), source: envFile };
  if (Deno.env.get("SUPABASE_URL")) {
    return { values: Deno.env.toObject(), source: "the environment" };
  }
  try {
    return { values: readEnvFile(STACK_ENV_FILE), source: STACK_ENV_FILE };
  } catch (error) {
    if (error instanceof SettingsError) return { values: {}, source: STACK_ENV_FILE };
    throw error;
  }
}

/**
 * Returns a required setting. If it is missing, the error names the setting and shows no values.
 * @throws SettingsError
 */
export function need(settings: Settings, name: string): string {
  const value = settings.values[name];
  if (value) return value;
  throw new SettingsError(
    `${name} is not set in ${settings.source}: ` +
      "start a stack (npx -y deno@2.9.6 task start), or name an env file that sets it",
  );
}

function readEnvFile(file: string): Record<string, string | undefined> {
  try {
    return { ...parseEnv(Deno.readTextFileSync(file)) };
  } catch (error) {
    throw new SettingsError(
      `can't read ${file}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
