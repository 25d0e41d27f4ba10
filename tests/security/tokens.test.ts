/** The functions and the data API refuse forged and expired tokens. */
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { z } from "zod";
import { loadKeys } from "@farthing/local-stack/running";
import { type Caller, get, refused, send } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const encoder = new TextEncoder();
const nowSeconds = () => Math.floor(Date.now() / 1000);

const jwks = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string() })).min(1),
});

async function publicKey() {
  const answer = await send(`${world.url}/auth/v1/.well-known/jwks.json`, {});
  return jwks.parse(JSON.parse(answer.text)).keys[0]!;
}

function claimsOf({ token }: Person): JWTPayload {
  const [, payload] = token.split(".");
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(payload!, {
    alphabet: "base64url",
  })));
}

const withToken = (token: string): Caller => ({
  apikey: world.publishableKey,
  authorization: `Bearer ${token}`,
});

const dataApi = (token: string) =>
  send(`${world.url}/rest/v1/credits?select=*`, {
    headers: { ...withToken(token), "accept-profile": "farthing_public" },
  });

async function isRefused(token: string, code = "unauthenticated"): Promise<void> {
  refused(await get(world, "credits", withToken(token)), 401, code);
  refused(await get(world, "checkout/packages", withToken(token)), 401, code);
  equal((await dataApi(token)).status, 401);
}

Deno.test("a user's token is accepted by the functions and the data API", async () => {
  const { token } = await signUp(world);
  equal((await get(world, "credits", withToken(token))).status, 200);
  equal((await dataApi(token)).status, 200);
});

Deno.test("a token signed by another key with the project's kid is 401", async () => {
  const claims = claimsOf(await signUp(world));
  const { kid } = await publicKey();
  for (const alg of ["ES256", "RS256", "EdDSA"]) {
    const { privateKey } = await generateKeyPair(alg);
    const forge = (header: object) =>
      new SignJWT(claims).setProtectedHeader({ alg, typ: "JWT", ...header }).sign(privateKey);
    await isRefused(await forge({ kid }));
    await isRefused(await forge({}));
    await isRefused(await forge({ kid: "other" }));
  }
});

Deno.test("a token that contains its own key is 401", async () => {
  const claims = claimsOf(await signUp(world));
  const { kid } = await publicKey();
  const { privateKey, publicKey: own } = await generateKeyPair("ES256", { extractable: true });
  const jwk: JWK = await crypto.subtle.exportKey("jwk", own as CryptoKey) as JWK;
  const headers = [{ jwk }, { jku: "http://evil.test/jwks.json" }, { x5u: "http://evil.test/x" }];
  for (const more of headers) {
    const header = { alg: "ES256", kid, ...more };
    await isRefused(await new SignJWT(claims).setProtectedHeader(header).sign(privateKey));
  }
});

Deno.test("a token with alg none is 401", async () => {
  const claims = claimsOf(await signUp(world));
  const unsecured = new UnsecuredJWT(claims).encode();
  await isRefused(unsecured);
  const { kid } = await publicKey();
  const [, payload] = unsecured.split(".");
  for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
    const header = encoder.encode(JSON.stringify({ alg, kid, typ: "JWT" }));
    const head = header.toBase64({ alphabet: "base64url", omitPadding: true });
    await isRefused(`${head}.${payload}.`);
    await isRefused(`${head}.${payload}`);
  }
});

Deno.test("a token signed by HMAC with the public key is 401", async () => {
  const claims = claimsOf(await signUp(world));
  const jwk = await publicKey();
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const pem = await exportSPKI(await crypto.subtle.importKey("jwk", jwk, curve, true, ["verify"]));
  const secrets = [
    JSON.stringify(jwk),
    pem,
    pem.trim(),
    String(jwk.x),
    `${jwk.x}${jwk.y}`,
    jwk.kid,
    world.publishableKey,
  ];
  for (const secret of secrets) {
    for (const alg of ["HS256", "HS512"]) {
      const header = { alg, kid: jwk.kid, typ: "JWT" };
      const signing = new SignJWT(claims).setProtectedHeader(header);
      // Some of these secrets are shorter than the algorithm requires, so they are padded.
      const key = encoder.encode(secret.padEnd(64, "\0"));
      await isRefused(await signing.sign(key));
    }
  }
});

Deno.test("a token with a changed payload or header is 401", async () => {
  const [person, victim] = [await signUp(world), await signUp(world)];
  const [header, , signature] = person.token.split(".");
  const claims = claimsOf(person);
  const changes = [
    { sub: victim.id },
    { role: "service_role" },
    { app_metadata: { role: "operator" } },
    { exp: nowSeconds() + 10 * 365 * 86_400 },
  ];
  for (const change of changes) {
    const payload = encoder.encode(JSON.stringify({ ...claims, ...change }))
      .toBase64({ alphabet: "base64url", omitPadding: true });
    await isRefused(`${header}.${payload}.${signature}`);
  }
  await isRefused(person.token.slice(0, -4));
  await isRefused(`${person.token}AAAA`);
  await isRefused(person.token.split(".").slice(0, 2).join("."));
  equal((await get(world, "credits", person.as)).status, 200);
});

/** Signs claims with the stack's own key. */
async function sign(claims: JWTPayload, kid?: string): Promise<string> {
  ok(world.dataDir);
  const { privateJwk, publicJwk } = await loadKeys(world.dataDir);
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: kid ?? publicJwk.kid ?? "" })
    .sign(await importJWK(privateJwk, "ES256"));
}

Deno.test({
  name: "an expired token is token_expired; a token for another purpose is 401",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const claims = claimsOf(await signUp(world));
    equal((await get(world, "credits", withToken(await sign(claims)))).status, 200);
    await isRefused(await sign({ ...claims, exp: nowSeconds() - 60 }), "token_expired");
    const { exp: _, ...endless } = claims;
    const others: JWTPayload[] = [
      endless,
      { ...claims, nbf: nowSeconds() + 3600 },
      { ...claims, aud: "other" },
      { ...claims, iss: "http://evil.test/auth/v1" },
      { ...claims, iss: `${claims.iss}/` },
    ];
    for (const other of others) await isRefused(await sign(other));
    const service = await sign({ ...claims, role: "service_role" });
    refused(await get(world, "credits", withToken(service)), 401, "unauthenticated");
    const noUser = await sign({ ...claims, sub: "service" });
    refused(await get(world, "credits", withToken(noUser)), 401, "unauthenticated");
    await isRefused(await sign(claims, "another-kid"));
  },
});

Deno.test("claims that users write themselves don't make an operator", async () => {
  const person = await signUp(world);
  const { error } = await person.supabase.auth.updateUser({ data: { role: "operator" } });
  equal(error, null);
  const { data } = await person.supabase.auth.refreshSession();
  const token = data.session?.access_token ?? person.token;
  const answer = await send(`${world.url}/functions/v1/credits/grants`, {
    method: "POST",
    headers: { ...withToken(token), "idempotency-key": "x", "content-type": "application/json" },
    body: "{}",
  });
  refused(answer, 403, "forbidden");
  deepEqual(claimsOf({ ...person, token }).app_metadata, claimsOf(person).app_metadata);
});
