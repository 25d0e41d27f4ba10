import assert from "node:assert/strict";
import { NO_METRICS } from "../../metrics/metrics.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { makeKeyPair, makeProject, PUBLISHABLE_KEY, SECRET_KEY } from "#support/project.ts";
import { withinRequest } from "../../core/current-request.ts";
import { startContext } from "../../core/start-request.ts";
import { ApiError } from "../../core/errors.ts";
import { createKeySet, givenKeySet } from "./key-set.ts";

const project = await makeProject();
const OLD_MS = 600_000;
const COOL_DOWN_MS = 30_000;

/** Stubs Auth as a server that a test can break, and counts the requests to it. */
async function withAuth(test: (auth: Auth) => Promise<void>): Promise<void> {
  const background: Promise<unknown>[] = [];
  const auth: Auth = {
    asked: 0,
    nowMs: 0,
    answer: () => Response.json({ keys: [project.publicJwk] }),
    finished: () => Promise.all(background),
    keySet: undefined!,
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    auth.asked += 1;
    return auth.answer();
  });
  const url = new URL(`http://127.0.0.1:${server.addr.port}/auth/v1/.well-known/jwks.json`);
  auth.keySet = createKeySet({
    url,
    nowMs: () => auth.nowMs,
    metrics: NO_METRICS,
    waitUntil: (work) => background.push(work),
  });
  try {
    await test(auth);
  } finally {
    await server.shutdown();
  }
}

interface Auth {
  asked: number;
  nowMs: number;
  answer: () => Response | Promise<Response>;
  keySet: ReturnType<typeof createKeySet>;
  readonly finished: () => Promise<unknown>;
}

const away = () => new Response("away", { status: 503 });

function bearer(token: string): Headers {
  return new Headers({ authorization: `Bearer ${token}`, apikey: PUBLISHABLE_KEY });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof ApiError, String(error));
    return error.code;
  }
  return "none";
}

Deno.test("the key set is fetched once for all waiting requests, and verifies users' tokens", async () => {
  await withAuth(async (auth) => {
    const verify = project.verifier({ keySet: auth.keySet });
    const tokens = await Promise.all([1, 2, 3].map((iat) => project.sign({ claims: { iat } })));
    const users = await Promise.all(tokens.map((token) => verify(bearer(token))));
    assert(users.every(({ user }) => user !== null));
    assert.equal(auth.asked, 1);
  });
});

Deno.test("before Auth has answered once, users get Retry-After and secret keys work", async () => {
  await withAuth(async (auth) => {
    auth.answer = away;
    const verify = project.verifier({ keySet: auth.keySet });
    const token = await project.sign();
    await assert.rejects(verify(bearer(token)), (error: ApiError) => {
      assert.deepEqual([error.code, error.status, error.retryAfterSeconds], ["not_ready", 503, 1]);
      return true;
    });
    const { key } = await verify(new Headers({ apikey: SECRET_KEY }));
    assert.equal(key?.kind, "secret");
    auth.answer = () => Response.json({ keys: [project.publicJwk] });
    assert.notEqual((await verify(bearer(token))).user, null);
    assert.equal(await auth.keySet.check(), "ok");
  });
});

Deno.test("an unavailable Auth is not called for every user", async () => {
  await withAuth(async (auth) => {
    auth.answer = away;
    const token = await project.sign();
    for (let user = 0; user < 20; user++) {
      assert.equal(await codeOf(auth.keySet.forToken(token)), "not_ready");
    }
    assert.equal(auth.asked, EXTERNAL_SERVICES.jwks.breakAfter);
    assert.equal(await auth.keySet.check(), "down");
  });
});

Deno.test("the last good key set is used during an outage, and renewed in the background", async () => {
  await withAuth(async (auth) => {
    const token = await project.sign();
    await auth.keySet.forToken(token);
    auth.nowMs += OLD_MS - 1;
    await auth.keySet.forToken(token);
    await auth.finished();
    assert.equal(auth.asked, 1);
    auth.answer = away;
    auth.nowMs += 1;
    assert.equal((await auth.keySet.forToken(token)).keys.length, 1);
    await auth.finished();
    assert(auth.asked > 1);
    assert.equal(await auth.keySet.check(), "degraded");
  });
});

Deno.test("while Auth is unavailable an old key set is fetched once, not for every user", async () => {
  await withAuth(async (auth) => {
    const token = await project.sign();
    await auth.keySet.forToken(token);
    auth.answer = away;
    auth.nowMs += OLD_MS;
    const asked: number[] = [];
    for (let user = 0; user < 20; user++) {
      await auth.keySet.forToken(token);
      await auth.finished();
      asked.push(auth.asked);
    }
    assert.deepEqual([...new Set(asked)], [1 + 1 + EXTERNAL_SERVICES.jwks.retries]);
  });
});

Deno.test("after Auth recovers, an invented key id is 401 again and not 503", async () => {
  await withAuth(async (auth) => {
    await auth.keySet.forToken(await project.sign());
    const verify = project.verifier({ keySet: auth.keySet });
    const forged = bearer(await project.sign({ header: { kid: "forged" } }));
    auth.nowMs += COOL_DOWN_MS;
    auth.answer = away;
    assert.equal(await codeOf(verify(forged)), "not_ready");
    auth.nowMs += COOL_DOWN_MS;
    auth.answer = () => Response.json({ keys: [project.publicJwk] });
    assert.equal(await codeOf(verify(forged)), "unauthenticated");
    assert.equal(await codeOf(verify(forged)), "unauthenticated");
  });
});

Deno.test("a new key is fetched when its first token arrives", async () => {
  await withAuth(async (auth) => {
    await auth.keySet.forToken(await project.sign());
    auth.nowMs += COOL_DOWN_MS;
    const { privateKey, publicKey } = await makeKeyPair();
    const jwk = { ...await crypto.subtle.exportKey("jwk", publicKey), kid: "key-2", alg: "ES256" };
    auth.answer = () => Response.json({ keys: [project.publicJwk, jwk] });
    const token = await project.sign({ key: privateKey, header: { kid: "key-2" } });
    const verify = project.verifier({ keySet: auth.keySet });
    assert.notEqual((await verify(bearer(token))).user, null);
    assert.equal(auth.asked, 2);
  });
});

Deno.test("invented key ids are refused and do not flood Auth", async () => {
  await withAuth(async (auth) => {
    const verify = project.verifier({ keySet: auth.keySet });
    await verify(bearer(await project.sign()));
    auth.nowMs += COOL_DOWN_MS;
    for (let forged = 0; forged < 50; forged++) {
      const token = await project.sign({ header: { kid: `forged-${forged}` } });
      assert.equal(await codeOf(verify(bearer(token))), "unauthenticated");
    }
    assert.equal(auth.asked, 2);
  });
});

Deno.test("a key that only Auth could know is 503 while Auth is unavailable, not 401", async () => {
  await withAuth(async (auth) => {
    await auth.keySet.forToken(await project.sign());
    auth.nowMs += COOL_DOWN_MS;
    auth.answer = away;
    const unknown = await project.sign({ header: { kid: "key-2" } });
    const before = auth.asked;
    assert.equal(await codeOf(auth.keySet.forToken(unknown)), "not_ready");
    const once = auth.asked;
    assert(once > before);
    assert.equal(await codeOf(auth.keySet.forToken(unknown)), "not_ready");
    assert.equal(auth.asked, once);
    assert.equal((await auth.keySet.forToken(await project.sign())).keys.length, 1);
  });
});

const NO_SETS: [string, () => Response][] = [
  ["an empty set", () => Response.json({ keys: [] })],
  ["a list of other things", () => Response.json({ keys: ["a"] })],
  ["a list of keys of no known type", () => Response.json({ keys: [{ kty: 1 }] })],
  ["no JSON", () => new Response("<html>")],
  ["null", () => Response.json(null)],
  ["a set in an error", () => Response.json({ keys: [project.publicJwk] }, { status: 500 })],
];

for (const [name, answer] of NO_SETS) {
  Deno.test(`${name} is not a key set`, async () => {
    await withAuth(async (auth) => {
      auth.answer = answer;
      assert.equal(await codeOf(auth.keySet.forToken(await project.sign())), "not_ready");
    });
  });
}

Deno.test("a request that times out waiting for the key set does not fail the others", async () => {
  await withAuth(async (auth) => {
    const token = await project.sign();
    const context = startContext(new Headers());
    context.deadlineMs = 0;
    const late = withinRequest(context, () => auth.keySet.forToken(token));
    const other = auth.keySet.forToken(token);
    assert.equal((await other).keys.length, 1);
    assert.equal((await late).keys.length, 1);
  });
});

Deno.test("a given key set is used without a call of Auth", async () => {
  const keys = { keys: [{ kty: "EC", kid: "key-1" }] };
  assert.equal(await givenKeySet(keys).forToken("x"), keys);
  assert.equal(await givenKeySet(keys).check(), "ok");
  assert.equal(await givenKeySet({ keys: [] }).check(), "down");
});
