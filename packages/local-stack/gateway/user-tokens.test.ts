import {
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import assert from "node:assert/strict";
import { type Keys, loadKeys } from "../core/keys.ts";
import { createTokens, TokenError } from "./user-tokens.ts";

const ISSUER = "http://127.0.0.1:54321/auth/v1";
const USER = "0198f3a0-0000-7000-8000-000000000001";

async function withKeys(use: (keys: Keys) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  await use(await loadKeys(dataDir)).finally(() => Deno.remove(dataDir, { recursive: true }));
}

const tokensOf = (keys: Keys) =>
  createTokens(keys, ISSUER, () => Promise.resolve({ app_metadata: { role: "operator" } }));

const now = () => Math.floor(Date.now() / 1000);
const claims = (): JWTPayload => ({
  sub: USER,
  aud: "authenticated",
  role: "authenticated",
  iss: ISSUER,
  iat: now(),
  exp: now() + 60,
});

async function sign(keys: Keys, payload: JWTPayload, header: Record<string, unknown> = {}) {
  const kid = keys.publicJwk.kid ?? "";
  return await new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid, ...header })
    .sign(await importJWK(keys.privateJwk, "ES256"));
}

async function refused(keys: Keys, token: string, reason: "expired" | "invalid") {
  const { verify } = await tokensOf(keys);
  await assert.rejects(
    verify(token),
    (error) => error instanceof TokenError && error.reason === reason,
  );
}

Deno.test("tokens turn lite's HS256 into ES256 with kid, issuer and the user's metadata", async () => {
  await withKeys(async (keys) => {
    const tokens = await tokensOf(keys);
    const secret = new TextEncoder().encode(keys.authSecret);
    const { iss: _, ...inner } = claims();
    const lite = await new SignJWT(inner).setProtectedHeader({ alg: "HS256" }).sign(secret);
    const outer = await tokens.fromLite(lite);
    const seen = await tokens.verify(outer);
    assert.equal(seen.sub, USER);
    assert.equal(seen.iss, ISSUER);
    assert.deepEqual(seen.app_metadata, { role: "operator" });
    const header = JSON.parse(atob(outer.split(".")[0] ?? ""));
    assert.deepEqual(header, { alg: "ES256", typ: "JWT", kid: keys.publicJwk.kid });
  });
});

Deno.test("tokens refuse lite's own HS256, and HS256 signed with the public key", async () => {
  await withKeys(async (keys) => {
    const tokens = await tokensOf(keys);
    await refused(keys, await tokens.toLite(claims()), "invalid");
    const { x = "", y = "" } = keys.publicJwk;
    for (const secret of [JSON.stringify(keys.publicJwk), x + y]) {
      const forged = await new SignJWT(claims())
        .setProtectedHeader({ alg: "HS256", kid: keys.publicJwk.kid ?? "" })
        .sign(new TextEncoder().encode(secret));
      await refused(keys, forged, "invalid");
    }
  });
});

Deno.test("tokens refuse alg none, another key under our kid, and our key under another kid", async () => {
  await withKeys(async (keys) => {
    await refused(keys, new UnsecuredJWT(claims()).encode(), "invalid");
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const otherKeys = { ...keys, privateJwk: await exportJWK(privateKey) };
    await refused(keys, await sign(otherKeys, claims()), "invalid");
    await refused(keys, await sign(keys, claims(), { kid: "other" }), "invalid");
  });
});

Deno.test("tokens refuse a changed payload, a wrong issuer or audience, and a missing subject", async () => {
  await withKeys(async (keys) => {
    const good = await sign(keys, claims());
    const [head, , signature] = good.split(".");
    const other = btoa(JSON.stringify({ ...claims(), role: "service_role" })).replace(/=+$/, "");
    await refused(keys, `${head}.${other}.${signature}`, "invalid");
    await refused(keys, await sign(keys, { ...claims(), iss: "http://evil.test" }), "invalid");
    await refused(keys, await sign(keys, { ...claims(), aud: "other" }), "invalid");
    const { sub: _, ...nobody } = claims();
    await refused(keys, await sign(keys, nobody), "invalid");
    await refused(keys, "not.a.token", "invalid");
  });
});

Deno.test("tokens distinguish an expired token from an invalid one", async () => {
  await withKeys(async (keys) => {
    await refused(keys, await sign(keys, { ...claims(), exp: now() - 1 }), "expired");
  });
});

Deno.test("loadKeys makes the keys once, in a file that only the owner can read", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const keys = await loadKeys(dataDir);
    assert.deepEqual(await loadKeys(dataDir), keys);
    assert.match(keys.publishableKey, /^sb_publishable_/);
    assert.match(keys.secretKey, /^sb_secret_/);
    const { mode } = await Deno.stat(`${dataDir}/keys.json`);
    assert.equal((mode ?? 0) & 0o777, 0o600);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("loadKeys adds a missing key, and does not change the others", async () => {
  const dataDir = await Deno.makeTempDir();
  const file = `${dataDir}/keys.json`;
  try {
    const { aiKey, ...older } = await loadKeys(dataDir);
    await Deno.writeTextFile(file, JSON.stringify(older));
    const keys = await loadKeys(dataDir);
    assert.match(keys.aiKey, /^sk-local-/);
    assert.notEqual(keys.aiKey, aiKey);
    assert.deepEqual(keys, { ...older, aiKey: keys.aiKey });
    assert.deepEqual(await loadKeys(dataDir), keys);
    const { mode } = await Deno.stat(file);
    assert.equal((mode ?? 0) & 0o777, 0o600);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("loadKeys makes a live key for live mode, and refuses the other mode's directory", async () => {
  for (const live of [true, false]) {
    const dataDir = await Deno.makeTempDir();
    try {
      const keys = await loadKeys(dataDir, live);
      assert.match(keys.stripeSecretKey, live ? /^sk_live_/ : /^sk_test_/);
      assert.deepEqual(await loadKeys(dataDir, live), keys);
      await assert.rejects(
        loadKeys(dataDir, !live),
        new RegExp(`data of Stripe's ${live ? "live" : "test"} mode.*--data`),
      );
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  }
});
