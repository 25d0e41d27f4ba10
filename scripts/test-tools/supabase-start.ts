/**
 * Checks the functions in the conditions of `supabase start`: with keys and tokens that the CLI
 * makes, with config.toml, and with the environment that a function gets. `supabase start` itself
 * does not run, because it needs Docker.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { compactVerify, importJWK, SignJWT } from "jose";
import { type Env, readEnv } from "../../supabase/functions/_shared/core/env.ts";
import { ApiError } from "../../supabase/functions/_shared/core/errors.ts";
import {
  givenKeySet,
  type KeySet,
  keySetFrom,
} from "../../supabase/functions/_shared/http/auth/key-set.ts";
import { NO_METRICS } from "../../supabase/functions/_shared/metrics/metrics.ts";
import { verifierFrom } from "../../supabase/functions/_shared/http/auth/credentials.ts";
import { checked, type Row } from "./suite.ts";
import { ROOT } from "../command/root.ts";
import { supabaseLocally } from "../supabase/cli.ts";

const USER_ID = "0b5d1a52-6a39-4d0c-9b39-3a5a3f0f5c11";
/** The CLI's default HS256 secret. Old versions of the CLI sign all tokens with it. */
const JWT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long";

/** The maximum number of signing keys to make until one is valid. */
const KEYS = 5;

type Jwk = Record<string, unknown> & { kty: string };

interface Stack {
  readonly signingKey: string;
  /** The keys in SUPABASE_JWKS: the public part of the signing key, and the old shared secret. */
  readonly keys: Jwk[];
  readonly issuer: string;
  /** A user's token that the CLI signed. */
  readonly token: string;
  /** The directory of a copy of the project, in which the CLI runs. */
  readonly directory: string;
}

async function readIssuer(): Promise<string> {
  const config = await Deno.readTextFile(`${ROOT}supabase/config.toml`);
  return /^jwt_issuer = "(.*)"$/m.exec(config)?.[1] ?? "not in config.toml";
}

async function makeStack(directory: string): Promise<Stack> {
  await Deno.mkdir(join(directory, "supabase"));
  const config = join(directory, "supabase", "config.toml");
  await Deno.copyFile(`${ROOT}supabase/config.toml`, config);
  const { signingKey, token } = await goodKey(await readIssuer(), directory);
  const { d: _, ...publicKey } = JSON.parse(signingKey);
  const shared = { kty: "oct", k: btoa(JWT_SECRET).replaceAll("=", "") };
  const keys = [{ ...publicKey, key_ops: ["verify"] }, shared];
  const issuer = await readIssuer();
  return { signingKey, keys, issuer, token, directory };
}

/**
 * Makes a signing key and a token with the CLI. About one in a hundred of the CLI's keys and tokens
 * is invalid for every library. If the key or the token is invalid, makes another key, because
 * these tests check the functions and not the CLI.
 */
async function goodKey(issuer: string, directory: string) {
  for (let attempt = 1;; attempt++) {
    const args = ["gen", "signing-key", "--algorithm", "ES256"];
    const said = await supabaseLocally(args, "", directory);
    const signingKey = said.slice(said.indexOf("{"), said.lastIndexOf("}") + 1);
    const token = await signToken(signingKey, issuer, directory);
    const { d: _, key_ops: __, ...publicKey } = JSON.parse(signingKey);
    try {
      await compactVerify(token, await importJWK(publicKey, "ES256"));
      return { signingKey, token };
    } catch (error) {
      if (attempt === KEYS) throw error;
    }
  }
}

async function signToken(signingKey: string, iss: string, directory: string): Promise<string> {
  const payload = JSON.stringify({ iss, aud: "authenticated" });
  const who = ["--role", "authenticated", "--sub", USER_ID, "--payload", payload];
  const args = ["gen", "bearer-jwt", ...who];
  const said = await supabaseLocally(args, `${signingKey}\n`, directory);
  return said.trim().split(/\s/).at(-1)!;
}

/**
 * Returns the environment of a function under `supabase start`: the CLI's variables, and those in
 * functions/.env.
 */
async function environment(stack: Stack, changes: Record<string, string> = {}): Promise<Env> {
  const example = await Deno.readTextFile(`${ROOT}supabase/functions/.env.example`);
  const values: Record<string, string | undefined> = {
    ...parseEnv(example),
    SUPABASE_URL: "http://kong:8000",
    SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_local"}',
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_local"}',
    SUPABASE_JWKS: JSON.stringify({ keys: stack.keys }),
    ...changes,
  };
  return readEnv((name) => values[name]);
}

async function userOf(env: Env, token: string, keys: KeySet = givenKeySet(env.SUPABASE_JWKS!)) {
  const headers = new Headers({ authorization: `Bearer ${token}`, apikey: "sb_publishable_local" });
  return (await verifierFrom(env, keys)(headers)).user?.userId;
}

async function whyRefused(env: Env, token: string): Promise<string> {
  const error = await userOf(env, token).then(() => null, (reason) => reason);
  assert(error instanceof ApiError, "the token was accepted");
  assert.equal(error.code, "unauthenticated");
  return error.internal ?? "";
}

async function tokensAreAccepted(stack: Stack): Promise<void> {
  assert.equal(await userOf(await environment(stack), stack.token), USER_ID);
}

async function keysAreFetched(stack: Stack): Promise<void> {
  const paths: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    paths.push(new URL(request.url).pathname);
    return Response.json({ keys: stack.keys });
  });
  const kong = `http://127.0.0.1:${server.addr.port}`;
  const env = await environment(stack, { SUPABASE_URL: kong, SUPABASE_JWKS: "" });
  const user = await userOf(env, stack.token, keySetFrom(env, NO_METRICS));
  await server.shutdown();
  assert.deepEqual([user, paths], [USER_ID, ["/auth/v1/.well-known/jwks.json"]]);
}

async function issuerIsNamed(stack: Stack): Promise<void> {
  const env = await environment(stack, { FARTHING_PUBLIC_URL: "" });
  const why = await whyRefused(env, stack.token);
  assert.match(
    why,
    /issuer is "http:\/\/127\.0\.0\.1:54321\/auth\/v1", but only http:\/\/kong:8000/,
  );
  assert.match(why, /FARTHING_PUBLIC_URL/);
}

async function sharedSecretIsRefused(stack: Stack): Promise<void> {
  const token = await new SignJWT({ role: "authenticated" }).setProtectedHeader({ alg: "HS256" })
    .setSubject(USER_ID).setIssuer(stack.issuer).setAudience("authenticated")
    .setExpirationTime("1h").sign(new TextEncoder().encode(JWT_SECRET));
  assert.match(await whyRefused(await environment(stack), token), /"HS256", a shared secret/);
}

/** Checks that the CLI reads config.toml: if the file has an error, the command must fail. */
async function configIsRead({ signingKey, issuer, directory }: Stack): Promise<void> {
  const file = join(directory, "supabase", "config.toml");
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace("jwt_expiry = 3600", 'jwt_expiry = "soon"'));
  await assert.rejects(signToken(signingKey, issuer, directory), /jwt_expiry/);
}

export async function supabaseStart(): Promise<Row[]> {
  const directory = await Deno.makeTempDir();
  try {
    const stack = await makeStack(directory);
    return [
      await checked(
        "supabase start: the functions accept its users' tokens",
        () => tokensAreAccepted(stack),
      ),
      await checked("supabase start: the functions fetch its key set", () => keysAreFetched(stack)),
      await checked(
        "supabase start: a refusal names the unexpected issuer",
        () => issuerIsNamed(stack),
      ),
      await checked(
        "supabase start: HS256 is refused, and the refusal names it",
        () => sharedSecretIsRefused(stack),
      ),
      await checked("supabase start: the CLI reads config.toml", () => configIsRead(stack)),
    ];
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
