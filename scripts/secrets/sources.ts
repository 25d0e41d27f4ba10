/**
 * Reads the names of the variables that are set. The sources are a dotenv file, the environment,
 * the local stack and a hosted project.
 */
import { readSettings, type Settings, SettingsError } from "../project/project-settings.ts";
import { type FunctionContext, functionEnvironment } from "@farthing/local-stack/functions";
import { lastWord, runSupabase } from "../supabase/cli.ts";
import type { Found } from "./check.ts";

function namesOf(values: Readonly<Record<string, string | undefined>>): ReadonlySet<string> {
  // A variable with an empty value counts as not set, as in the functions.
  return new Set(Object.keys(values).filter((name) => values[name]));
}

/**
 * Reads a dotenv file in the same way as `supabase secrets set --env-file`.
 * @throws SettingsError
 */
export function fromFile(file: string): Found {
  const { values, source } = readSettings(file);
  return { source, values, names: namesOf(values), isWhole: false };
}

export function fromEnvironment(): Found {
  const values = Deno.env.toObject();
  return { source: "the environment", values, names: namesOf(values), isWhole: false };
}

/**
 * Returns the environment that `deno task start` gives the functions, computed from the addresses
 * and keys in the stack's settings file.
 */
export function fromStack(settings: Settings = readSettings()): Found {
  const { values: told, source } = settings;
  if (!told.SUPABASE_URL) {
    throw new SettingsError(
      "No stack runs on this machine: start one with npx -y deno@2.9.6 task start.",
    );
  }
  const context = {
    urls: {
      api: told.SUPABASE_URL,
      console: told.SUPABASE_URL,
      database: told.SUPABASE_DB_URL,
      stripe: told.STRIPE_API_URL,
      mail: told.MAIL_URL,
      ai: told.AI_URL,
      redis: told.UPSTASH_REDIS_REST_URL,
    },
    keys: {
      publishableKey: told.SUPABASE_PUBLISHABLE_KEY,
      secretKey: told.SUPABASE_SECRET_KEY,
      publicJwk: { kty: "EC" },
      stripeSecretKey: told.STRIPE_SECRET_KEY,
      stripeWebhookSecret: told.STRIPE_WEBHOOK_SECRET,
      notificationSecret: told.NOTIFICATION_SECRET,
      aiKey: told.AI_API_KEY,
      redisToken: told.UPSTASH_REDIS_REST_TOKEN,
    },
    options: { origins: [], live: told.STRIPE_SECRET_KEY?.startsWith("sk_live_") ?? false },
  };
  // functionEnvironment() reads only these fields of the stack's context.
  const values = functionEnvironment(context as unknown as FunctionContext);
  return { source: `the stack of ${source}`, values, names: namesOf(values), isWhole: true };
}

/**
 * Runs the Supabase CLI and returns its output.
 * @throws SettingsError with the cause if the CLI fails
 */
export type Run = (args: readonly string[]) => Promise<string>;

const runCli: Run = async (args) => {
  const said = await runSupabase(args);
  if (said.success) return said.stdout;
  throw new SettingsError(`supabase ${args.join(" ")} failed: ${lastWord(said)}`);
};

/**
 * Returns the names of a hosted project's secrets. The CLI also prints digests of their values,
 * which are ignored.
 */
export async function fromProject(ref: string | undefined, run: Run = runCli): Promise<Found> {
  const project = ref === undefined ? [] : [`--remote=${ref}`];
  const text = await run(["secrets", "list", "--output", "json", ...project]);
  let listed: unknown;
  try {
    listed = JSON.parse(text);
  } catch {
    throw new SettingsError("supabase secrets list did not print JSON: run it by hand to see why.");
  }
  const rows = Array.isArray(listed) ? listed as { name?: unknown }[] : [];
  const names = rows.map(({ name }) => name).filter((name) => typeof name === "string");
  const source = ref === undefined ? "the linked project" : `the project ${ref}`;
  return { source, values: null, names: new Set(names), isWhole: false };
}
