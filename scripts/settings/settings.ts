import { parseEnv } from "node:util";

/** The file in which `deno task start` writes the stack's settings. Commands read it by default. */
export const STACK_ENV_FILE = ".farthing/stack.env";

/** Settings by name, and the source that messages name. */
export interface Settings {
  values: Record<string, string | undefined>;
  source: string;
}

/** A setting is missing or unreadable; the message says what to do. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Reads the settings of the project to use: from the named file, else from the environment if it
 * has SUPABASE_URL (a hosted project), else from the file of the stack on this machine, which may
 * be missing.
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
 * Returns a required setting. The error names the setting and never shows a value. @throws
 * SettingsError
 */
export function need(settings: Settings, name: string): string {
  const value = settings.values[name];
  if (value) return value;
  throw new SettingsError(
    `${name} is not set in ${settings.source}: start a stack (deno task start) or name its env file`,
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
