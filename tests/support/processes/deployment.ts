/**
 * Runs a second deployment of the functions on the same database with different environment
 * variables.
 */
import { aiEnvironment } from "@farthing/local-stack/functions";
import type { World } from "../project/world.ts";

const SERVER = new URL("./serve-functions.ts", import.meta.url).pathname;

const ORIGIN = "http://localhost:3000";

async function portOf(output: ReadableStream<Uint8Array>): Promise<number> {
  let text = "";
  for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const port = /^port (\d+)$/m.exec(text)?.[1];
    if (port) return Number(port);
  }
  throw new Error(`the functions did not start: ${text}`);
}

/** Returns the environment variables of functions that use this stack, with `changes` applied. */
export function environment(world: World, changes: Record<string, string>): Record<string, string> {
  return {
    BEHIND_URL: world.url,
    SUPABASE_URL: world.url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: world.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: world.secretKey }),
    STRIPE_API_URL: world.stripeUrl,
    STRIPE_SECRET_KEY: world.stripeKey,
    STRIPE_WEBHOOK_SECRET: world.webhookSecret,
    ...aiEnvironment(world.aiUrl, world.aiKey),
    UPSTASH_REDIS_REST_URL: world.redisUrl ?? "",
    UPSTASH_REDIS_REST_TOKEN: world.redisToken ?? "",
    APP_ORIGINS: ORIGIN,
    // The deployment must not inherit these variables from the test runner's environment. An empty
    // value counts as not set.
    SUPABASE_JWKS: "",
    DATABASE_POOL_URL: "",
    ...changes,
  };
}

/**
 * Runs `use` with a second deployment. Its functions reach the database through the data API, or
 * directly if `changes` has DATABASE_POOL_URL. Sign-up and REST requests go to the stack. `kill`
 * ends the deployment at once, as a crash does.
 * @param onOutput is called with what the deployment writes to stdout
 */
export async function withDeployment<T>(
  world: World,
  changes: Record<string, string>,
  use: (world: World, kill: () => Promise<void>) => Promise<T>,
  onOutput: (text: string) => void = () => {},
): Promise<T> {
  await using server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", SERVER],
    env: environment(world, changes),
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const [first, rest] = server.stdout.tee();
  const reading = rest.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: onOutput }));
  const port = await portOf(first);
  let isDead = false;
  const kill = async (signal: Deno.Signal = "SIGKILL") => {
    if (!isDead) server.kill(signal);
    isDead = true;
    await server.status;
  };
  try {
    return await use({ ...world, url: `http://127.0.0.1:${port}` }, kill);
  } finally {
    await kill("SIGTERM");
    await reading;
  }
}
