/** The dotenv file with the addresses and keys of the running stack. */
import { dirname } from "node:path";
import type { StackContext } from "./context.ts";

/** The addresses and keys that clients of the stack need. */
export type StackEnv = Record<string, string>;

export function stackEnv({ urls, keys }: Pick<StackContext, "urls" | "keys">): StackEnv {
  return {
    SUPABASE_URL: urls.api,
    SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
    SUPABASE_SECRET_KEY: keys.secretKey,
    SUPABASE_DB_URL: urls.database,
    STRIPE_API_URL: urls.stripe,
    STRIPE_SECRET_KEY: keys.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: keys.stripeWebhookSecret,
    MAIL_URL: urls.mail,
    NOTIFICATION_SECRET: keys.notificationSecret,
    AI_URL: urls.ai,
    AI_API_KEY: keys.aiKey,
    ...(urls.redis && {
      UPSTASH_REDIS_REST_URL: urls.redis,
      UPSTASH_REDIS_REST_TOKEN: keys.redisToken,
    }),
  };
}

/** Writes a temporary file and renames it, so that a reader never sees an incomplete file. */
export async function writeEnvFile(file: string, env: StackEnv, live: boolean): Promise<void> {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const mode = live ? "# Live mode of the Stripe emulator: no money moves.\n" : "";
  const head = `# Written by deno task start; removed when the stack ends.\n${mode}`;
  const text = `${head}${lines.join("\n")}\n`;
  await Deno.mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${Deno.pid}`;
  await Deno.writeTextFile(draft, text, { mode: 0o600 });
  await Deno.rename(draft, file);
}

export async function removeEnvFile(file: string): Promise<void> {
  await Deno.remove(file).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
