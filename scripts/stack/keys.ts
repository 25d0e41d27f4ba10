/** The stack's keys: made once, kept in the data directory, readable by the owner alone. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";

export interface Keys {
  publishableKey: string;
  secretKey: string;
  stripeSecretKey: string;
  stripeWebhookSecret: string;
  /** What @supabase/lite signs its HS256 tokens with; never leaves the gateway. */
  authSecret: string;
  /** ES256, with `kid`. */
  privateJwk: JWK;
  publicJwk: JWK;
}

function token(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

async function generate(): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const named = { kid: crypto.randomUUID(), alg: "ES256", use: "sig" };
  return {
    publishableKey: `sb_publishable_${token(16)}_${token(6)}`,
    secretKey: `sb_secret_${token(16)}_${token(6)}`,
    stripeSecretKey: `sk_test_${randomBytes(16).toString("hex")}`,
    stripeWebhookSecret: `whsec_${randomBytes(16).toString("hex")}`,
    authSecret: token(32),
    privateJwk: { ...(await exportJWK(privateKey)), ...named },
    publicJwk: { ...(await exportJWK(publicKey)), ...named },
  };
}

/** Reads the keys of a data directory, or makes them. */
export async function loadKeys(dataDir: string): Promise<Keys> {
  const file = join(dataDir, "keys.json");
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const keys = await generate();
  await Deno.writeTextFile(file, JSON.stringify(keys, null, 2), { mode: 0o600, createNew: true });
  return keys;
}
