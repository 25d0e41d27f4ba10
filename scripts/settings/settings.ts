import { parseEnv } from "node:util";

/** Where `deno task start` writes what it started; the file every command looks for first. */
export const STACK_ENV_FILE = ".farthing/stack.env";

/** Settings by name, and where they came from, for people. */
export interface Settings {
  values: Record<string, string | undefined>;
  source: string;
}

/** A setting is missing or unreadable; the message says what to do. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * The settings of the project to talk to: the named file, else the environment if it knows a
 * SUPABASE_URL (a hosted project), else the file of the stack that runs on this machine.
 * @throws SettingsError when the named file can't be read; without one, nothing found is empty.
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

/** One setting that the command can't do without; its name is said, never its value. */
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
