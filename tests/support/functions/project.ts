/** A project for tests: its signing keys, its API keys and its callers' tokens. */
import {
  createVerifier,
  type CredentialVerifier,
} from "../../../supabase/functions/_shared/http/auth/credentials.ts";
import { givenKeySet, type KeySet } from "../../../supabase/functions/_shared/http/auth/key-set.ts";

const encoder = new TextEncoder();

/** Encodes bytes as base64url. The hosted runtime has no Uint8Array.toBase64. */
export function base64url(data: string | Uint8Array): string {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

type Claims = Record<string, unknown>;

interface TokenOptions {
  readonly header?: Claims;
  readonly claims?: Claims;
  /** Signs the token with this key instead of the project's key. */
  readonly key?: CryptoKey;
}

export const PROJECT_URL = "http://127.0.0.1:54321";
export const USER_ID = "0b5d1a52-6a39-4d0c-9b39-3a5a3f0f5c11";
/**
 * The installation's id, which the functions write into the metadata of the objects that they create at
 * Stripe.
 */
export const MARK = "5d7c1f0e-8a34-4b1c-9e55-2f0f6f8f3a10";
export const OTHER_USER_ID = "7e1c2c1e-11fd-4c6b-8e54-0d1d5a3a7a22";
export const SECRET_KEY = "sb_secret_test_default";
export const OTHER_SECRET_KEY = "sb_secret_test_other";
export const PUBLISHABLE_KEY = "sb_publishable_test";

const ES256 = { name: "ECDSA", namedCurve: "P-256" };

export async function makeKeyPair(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ES256, true, ["sign", "verify"]) as CryptoKeyPair;
}

export interface Project {
  readonly publicJwk: JsonWebKey;
  readonly sign: (options?: TokenOptions) => Promise<string>;
  readonly verifier: (options?: { maxEntries?: number; keySet?: KeySet }) => CredentialVerifier;
  /** The current time of the verifier's cache, in ms. */
  nowMs: number;
}

const HOUR_SECONDS = 3_600;

async function signToken(pair: CryptoKeyPair, options: TokenOptions): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const header = { alg: "ES256", typ: "JWT", kid: "key-1", ...options.header };
  const claims = {
    sub: USER_ID,
    aud: "authenticated",
    role: "authenticated",
    iss: `${PROJECT_URL}/auth/v1`,
    iat: seconds,
    exp: seconds + HOUR_SECONDS,
    ...options.claims,
  };
  const text = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    options.key ?? pair.privateKey,
    encoder.encode(text),
  );
  return `${text}.${base64url(new Uint8Array(signature))}`;
}

export async function makeProject(): Promise<Project> {
  const pair = await makeKeyPair();
  const exported = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const publicJwk = { ...exported, kid: "key-1", alg: "ES256", use: "sig" };
  const project: Project = {
    publicJwk,
    nowMs: Date.now(),
    sign: (options = {}) => signToken(pair, options),
    verifier: (options = {}) =>
      createVerifier({
        env: {
          url: PROJECT_URL,
          publishableKeys: { default: PUBLISHABLE_KEY },
          secretKeys: { default: SECRET_KEY, other: OTHER_SECRET_KEY },
        },
        keySet: givenKeySet({ keys: [publicJwk as { kty: string }] }),
        issuers: [`${PROJECT_URL}/auth/v1`],
        nowMs: () => project.nowMs,
        ...options,
      }),
  };
  return project;
}
