/**
 * The stack's keys. They are created at the first start and stored in the data directory, in a file
 * that only its owner can read.
 */
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { StackError } from "./stack-error.ts";

export interface Keys {
  publishableKey: string;
  secretKey: string;
  stripeSecretKey: string;
  stripeWebhookSecret: string;
  aiKey: string;
  redisToken: string;
  notificationSecret: string;
  /** The secret with which @supabase/lite signs its HS256 tokens. Only the gateway uses it. */
  authSecret: string;
  /** The private key that signs ES256 tokens. It has a `kid`. */
  privateJwk: JWK;
  publicJwk: JWK;
}

function token(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

const prefixOf = (live: boolean) => live ? "sk_live_" : "sk_test_";

async function generate(live: boolean): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const named = { kid: crypto.randomUUID(), alg: "ES256", use: "sig" };
  return {
    publishableKey: `sb_publishable_${token(16)}_${token(6)}`,
    secretKey: `sb_secret_${token(16)}_${token(6)}`,
    stripeSecretKey: `${prefixOf(live)}${randomBytes(16).toString("hex")}`,
    stripeWebhookSecret: `whsec_${randomBytes(16).toString("hex")}`,
    aiKey: `sk-local-${token(24)}`,
    redisToken: token(24),
    notificationSecret: token(32),
    authSecret: token(32),
    privateJwk: { ...(await exportJWK(privateKey)), ...named },
    publicJwk: { ...(await exportJWK(publicKey)), ...named },
  };
}

async function readKeys(file: string): Promise<Partial<Keys>> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Writes a temporary file and renames it, so that a reader never sees an incomplete file. */
async function writeKeys(file: string, keys: Keys): Promise<void> {
  const draft = `${file}.${Deno.pid}`;
  await Deno.writeTextFile(draft, JSON.stringify(keys, null, 2), { mode: 0o600 });
  await Deno.rename(draft, file);
}

/**
 * Reads the keys of a data directory, and creates those that are missing.
 * @param live whether the Stripe emulator is in live mode
 * @throws StackError if the directory has the data of the other mode
 */
export async function loadKeys(dataDir: string, live = false): Promise<Keys> {
  const file = join(dataDir, "keys.json");
  const kept = await readKeys(file);
  if (kept.stripeSecretKey !== undefined && !kept.stripeSecretKey.startsWith(prefixOf(live))) {
    throw new StackError(
      `${dataDir} has the data of Stripe's ${
        live ? "test" : "live"
      } mode: name another directory ` +
        `with --data, or start the stack ${live ? "without" : "with"} --live.`,
    );
  }
  const made = await generate(live);
  if (Object.keys(made).every((name) => name in kept)) return kept as Keys;
  const keys = { ...made, ...kept };
  await writeKeys(file, keys);
  return keys;
}
