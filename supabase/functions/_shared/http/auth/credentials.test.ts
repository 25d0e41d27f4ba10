import assert from "node:assert/strict";
import {
  base64url,
  makeKeyPair,
  makeProject,
  OTHER_SECRET_KEY,
  type Project,
  PROJECT_URL,
  PUBLISHABLE_KEY,
  SECRET_KEY,
  USER_ID,
} from "#support/project.ts";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import type { Env } from "../../core/env.ts";
import { ApiError, type ErrorCode } from "../../core/errors.ts";
import { type CredentialVerifier, verifierFrom } from "./credentials.ts";
import { keySetFrom } from "./key-set.ts";

const project = await makeProject();

function bearer(token: string): Headers {
  return new Headers({ authorization: `Bearer ${token}`, apikey: PUBLISHABLE_KEY });
}

async function checkRefused(verify: CredentialVerifier, headers: Headers, code: ErrorCode) {
  await assert.rejects(verify(headers), (error) => {
    assert(error instanceof ApiError);
    assert.equal(error.code, code);
    return true;
  });
}

async function checkTokenRefused(token: string, code: ErrorCode = "unauthenticated") {
  await checkRefused(project.verifier(), bearer(token), code);
}

Deno.test("a user's token identifies the user", async () => {
  const { user, key } = await project.verifier()(bearer(await project.sign()));
  assert.deepEqual(user, {
    kind: "user",
    userId: USER_ID,
    isOperator: false,
    hasSecondFactor: false,
  });
  assert.deepEqual(key, { kind: "publishable" });
});

Deno.test("app_metadata makes a user an operator, and user_metadata does not", async () => {
  const verify = project.verifier();
  const role = { role: "operator" };
  const operator = await project.sign({ claims: { app_metadata: role } });
  const pretender = await project.sign({ claims: { user_metadata: role, app_role: "operator" } });
  assert.equal((await verify(bearer(operator))).user?.isOperator, true);
  assert.equal((await verify(bearer(pretender))).user?.isOperator, false);
});

Deno.test("only the level aal2 is a second factor", async () => {
  const verify = project.verifier();
  for (const aal of [undefined, null, "", "aal1", "AAL2", "aal3", 2, true, ["aal2"], {}]) {
    const token = await project.sign({ claims: { aal, user_metadata: { aal: "aal2" } } });
    assert.equal((await verify(bearer(token))).user?.hasSecondFactor, false, JSON.stringify(aal));
  }
  const token = await project.sign({ claims: { aal: "aal2" } });
  assert.equal((await verify(bearer(token))).user?.hasSecondFactor, true);
});

Deno.test("another role in app_metadata does not make a user an operator", async () => {
  const verify = project.verifier();
  const roles = ["member", "admin", "operators", "Operator", "", true, 1, null, ["operator"], {}];
  for (const role of roles) {
    const token = await project.sign({ claims: { app_metadata: { role, roles: ["operator"] } } });
    assert.equal((await verify(bearer(token))).user?.isOperator, false, JSON.stringify(role));
  }
});

Deno.test("an expired token gets another code than an invalid one", async () => {
  const past = Math.floor(Date.now() / 1000) - 10;
  await checkTokenRefused(await project.sign({ claims: { exp: past } }), "token_expired");
});

Deno.test("a token signed by another key under our key's id is refused", async () => {
  const { privateKey } = await makeKeyPair();
  await checkTokenRefused(await project.sign({ key: privateKey }));
});

Deno.test("a token without a key id, or with an unknown key id, is refused", async () => {
  await checkTokenRefused(await project.sign({ header: { kid: "key-2" } }));
  await checkTokenRefused(await project.sign({ header: { kid: undefined } }));
});

Deno.test("a token with the algorithm none is refused, signed or not", async () => {
  for (const alg of ["none", "None", ""]) {
    const token = await project.sign({ header: { alg } });
    await checkTokenRefused(token);
    await checkTokenRefused(token.slice(0, token.lastIndexOf(".") + 1));
  }
});

async function signHs256(secret: Uint8Array): Promise<string> {
  const signed = await project.sign({ header: { alg: "HS256" } });
  const text = signed.slice(0, signed.lastIndexOf("."));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret as BufferSource, algorithm, false, [
    "sign",
  ]);
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return `${text}.${base64url(new Uint8Array(mac))}`;
}

Deno.test("an HS256 token signed with the public key is refused", async () => {
  const encoder = new TextEncoder();
  const { x, y } = project.publicJwk;
  for (const secret of [JSON.stringify(project.publicJwk), `${x}${y}`, PUBLISHABLE_KEY]) {
    await checkTokenRefused(await signHs256(encoder.encode(secret)));
  }
});

const WRONG_CLAIMS: readonly [string, Record<string, unknown>][] = [
  ["another issuer", { iss: "https://elsewhere.example.com/auth/v1" }],
  ["no issuer", { iss: undefined }],
  ["the issuer with a slash", { iss: `${PROJECT_URL}/auth/v1/` }],
  ["another audience", { aud: "anon" }],
  ["no audience", { aud: undefined }],
  ["no subject", { sub: undefined }],
  ["a subject that is no user id", { sub: "1 or 1=1" }],
  ["the service's role", { role: "service_role" }],
  ["no role", { role: undefined }],
  ["no end", { exp: undefined }],
  ["a start in the future", { nbf: 4_000_000_000 }],
];

for (const [name, claims] of WRONG_CLAIMS) {
  Deno.test(`a token with ${name} is refused`, async () => {
    await checkTokenRefused(await project.sign({ claims }));
  });
}

Deno.test("a changed payload is refused", async () => {
  const [header, , signature] = (await project.sign()).split(".");
  const claims = { sub: USER_ID, aud: "authenticated", role: "authenticated", exp: 4e9 };
  await checkTokenRefused(`${header}.${base64url(JSON.stringify(claims))}.${signature}`);
});

Deno.test("an unreadable authorization header is refused", async () => {
  const verify = project.verifier();
  const token = await project.sign();
  const values = [
    "",
    "Bearer",
    "Bearer ",
    `Basic ${token}`,
    token,
    `Bearer ${token} x`,
    "Bearer a.b",
  ];
  for (const authorization of values) {
    await checkRefused(verify, new Headers({ authorization }), "unauthenticated");
  }
});

Deno.test("every secret key has its name, and any other key is refused", async () => {
  const verify = project.verifier();
  const read = async (apikey: string) => (await verify(new Headers({ apikey }))).key;
  assert.deepEqual(await read(SECRET_KEY), { kind: "secret", name: "default" });
  assert.deepEqual(await read(OTHER_SECRET_KEY), { kind: "secret", name: "other" });
  assert.deepEqual(await read(PUBLISHABLE_KEY), { kind: "publishable" });
  for (const apikey of ["", SECRET_KEY.slice(0, -1), `${SECRET_KEY}x`, "sb_secret_", "x"]) {
    await checkRefused(verify, new Headers({ apikey }), "unauthenticated");
  }
});

Deno.test("an API key as a bearer token is accepted only if it equals apikey", async () => {
  const verify = project.verifier();
  const authorization = `Bearer ${SECRET_KEY}`;
  await checkRefused(verify, new Headers({ authorization }), "unauthenticated");
  const { key, user } = await verify(new Headers({ authorization, apikey: SECRET_KEY }));
  assert.equal(key?.kind, "secret");
  assert.equal(user, null);
});

/** Makes a project, and a verifier whose cache holds at most two credentials. */
async function cachedProject(): Promise<{ own: Project; verify: CredentialVerifier }> {
  const own = await makeProject();
  return { own, verify: own.verifier({ maxEntries: 2 }) };
}

Deno.test("a verified token is remembered for a minute and no longer", async () => {
  const { own, verify } = await cachedProject();
  const token = await own.sign();
  const first = await verify(bearer(token));
  own.nowMs += 59_000;
  assert.equal(
    (await verify(bearer(token))).user,
    first.user,
    "the very same object: not verified",
  );
  own.nowMs += 2_000;
  assert.notEqual((await verify(bearer(token))).user, first.user, "verified anew");
});

Deno.test("a remembered token ends when it expires", async () => {
  const { own, verify } = await cachedProject();
  const exp = Math.floor(own.nowMs / 1000) + 30;
  const token = await own.sign({ claims: { exp } });
  const first = await verify(bearer(token));
  own.nowMs = exp * 1000 - 1;
  assert.equal((await verify(bearer(token))).user, first.user);
  own.nowMs = exp * 1000;
  assert.notEqual((await verify(bearer(token))).user, first.user);
});

Deno.test("a refused token is not remembered as good", async () => {
  const { own, verify } = await cachedProject();
  const forged = await own.sign({ header: { kid: "key-2" } });
  await checkRefused(verify, bearer(forged), "unauthenticated");
  await checkRefused(verify, bearer(forged), "unauthenticated");
});

Deno.test("a project without API keys is not ready; the caller's key is not called wrong", async () => {
  const env = {
    SUPABASE_URL: PROJECT_URL,
    SUPABASE_JWKS: { keys: [project.publicJwk] },
    SUPABASE_PUBLISHABLE_KEYS: {},
    SUPABASE_SECRET_KEYS: {},
  } as unknown as Env;
  const verify = verifierFrom(env, keySetFrom(env, countedMetrics()));
  await checkRefused(verify, new Headers({ apikey: PUBLISHABLE_KEY }), "not_ready");
});

Deno.test("a token of either address of the project is accepted, and of no other", async () => {
  const env = {
    SUPABASE_URL: "http://kong:8000",
    FARTHING_PUBLIC_URL: PROJECT_URL,
    SUPABASE_JWKS: { keys: [project.publicJwk] },
    SUPABASE_PUBLISHABLE_KEYS: { default: PUBLISHABLE_KEY },
    SUPABASE_SECRET_KEYS: {},
  } as unknown as Env;
  const verify = verifierFrom(env, keySetFrom(env, countedMetrics()));
  const issuedBy = async (url: string) => {
    const token = await project.sign({ claims: { iss: `${url}/auth/v1` } });
    return verify(new Headers({ apikey: PUBLISHABLE_KEY, authorization: `Bearer ${token}` }));
  };
  assert.equal((await issuedBy(PROJECT_URL)).user?.kind, "user");
  assert.equal((await issuedBy("http://kong:8000")).user?.kind, "user");
  await assert.rejects(issuedBy("http://elsewhere:8000"), { code: "unauthenticated" });
});
