import assert from "node:assert/strict";
import { EnvError, readEnv } from "./env.ts";
import { modeOfKey } from "./stripe-variables.ts";

const COMPLETE: Readonly<Record<string, string>> = {
  SUPABASE_URL: "https://project.supabase.co/",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_1"}',
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1","jobs":"sb_secret_2"}',
  SUPABASE_JWKS: '{"keys":[{"kty":"EC","kid":"k"}]}',
  STRIPE_SECRET_KEY: "sk_test_1",
  STRIPE_WEBHOOK_SECRET: "whsec_new, whsec_old",
  APP_ORIGINS: "https://app.example.com/, http://localhost:3000",
  DATABASE_POOL_URL: "postgresql://user:password@host:6543/postgres",
};

function read(changes: Record<string, string | undefined> = {}) {
  const all = { ...COMPLETE, ...changes };
  return readEnv((name) => all[name]);
}

function namesMissing(changes: Record<string, string | undefined>): readonly string[] {
  try {
    read(changes);
  } catch (error) {
    assert(error instanceof EnvError);
    for (const value of Object.values(changes)) {
      if (value) assert(!error.message.includes(value), "the message holds a value");
    }
    return error.names;
  }
  return [];
}

Deno.test("a complete environment is parsed into its values", () => {
  const env = read();
  assert.equal(env.SUPABASE_URL, "https://project.supabase.co");
  assert.deepEqual(env.SUPABASE_SECRET_KEYS, { default: "sb_secret_1", jobs: "sb_secret_2" });
  assert.deepEqual(env.STRIPE_WEBHOOK_SECRET, ["whsec_new", "whsec_old"]);
  assert.deepEqual(env.APP_ORIGINS, ["https://app.example.com", "http://localhost:3000"]);
  assert.equal(env.SUPABASE_JWKS?.keys.length, 1);
});

Deno.test("a bare array of keys is a key set too", () => {
  const env = read({ SUPABASE_JWKS: '[{"kty":"EC","kid":"k"}]' });
  assert.deepEqual(env.SUPABASE_JWKS, { keys: [{ kty: "EC", kid: "k" }] });
});

Deno.test("missing and malformed variables are named, all at once and without values", () => {
  assert.deepEqual(namesMissing({ SUPABASE_URL: undefined, SUPABASE_SECRET_KEYS: "" }), [
    "SUPABASE_URL",
    "SUPABASE_SECRET_KEYS",
  ]);
  assert.deepEqual(namesMissing({ SUPABASE_SECRET_KEYS: "sb_secret_bare" }), [
    "SUPABASE_SECRET_KEYS",
  ]);
  assert.deepEqual(namesMissing({ SUPABASE_PUBLISHABLE_KEYS: "{}" }), [
    "SUPABASE_PUBLISHABLE_KEYS",
  ]);
  assert.deepEqual(namesMissing({ STRIPE_SECRET_KEY: "pk_test_1" }), ["STRIPE_SECRET_KEY"]);
  assert.deepEqual(namesMissing({ SUPABASE_JWKS: "{oops" }), ["SUPABASE_JWKS"]);
  assert.deepEqual(namesMissing({ APP_ORIGINS: "*" }), ["APP_ORIGINS"]);
  assert.deepEqual(namesMissing({ IP_HASH_KEY: "too short" }), ["IP_HASH_KEY"]);
  assert.deepEqual(namesMissing({ DATABASE_POOL_URL: "mysql://x" }), ["DATABASE_POOL_URL"]);
});

Deno.test("an empty optional variable counts as absent", () => {
  const env = read({
    SUPABASE_JWKS: "",
    DATABASE_POOL_URL: "",
    STRIPE_API_URL: "",
    APP_ORIGINS: "",
  });
  assert.equal(env.SUPABASE_JWKS, undefined);
  assert.equal(env.DATABASE_POOL_URL, undefined);
  assert.equal(env.STRIPE_API_URL, undefined);
  assert.deepEqual(env.APP_ORIGINS, []);
});

Deno.test("a Stripe key's prefix is its mode", () => {
  for (const key of ["sk_test_1", "rk_test_1"]) assert.equal(modeOfKey(key), "test");
  for (const key of ["sk_live_1", "rk_live_1"]) assert.equal(modeOfKey(key), "live");
  for (const key of [" sk_live_1", "\tsk_live_1", "SK_live_1", "pk_live_1", "sk_1", ""]) {
    assert.throws(() => modeOfKey(key), /must begin with sk_test_/);
  }
});

Deno.test("a publishable key is refused as a secret key, and other text as a webhook secret", () => {
  for (const bad of ["pk_test_1", "pk_live_1", "whsec_1", "sk_1", "acct_1"]) {
    assert.deepEqual(namesMissing({ STRIPE_SECRET_KEY: bad }), ["STRIPE_SECRET_KEY"], bad);
  }
  for (const bad of ["sk_test_1", "pk_live_1", "whsec_1,sk_test_1", "1"]) {
    assert.deepEqual(namesMissing({ STRIPE_WEBHOOK_SECRET: bad }), ["STRIPE_WEBHOOK_SECRET"], bad);
  }
});

Deno.test("a shared secret has at least 32 characters, and there are two at most", () => {
  const secret = (fill: string, length = 32) => fill.repeat(length);
  for (const good of [secret("a"), `${secret("a")},${secret("b", 40)}`]) {
    assert.deepEqual(namesMissing({ NOTIFICATION_SECRET: good }), [], good);
  }
  const three = [secret("a"), secret("b"), secret("c")].join();
  for (const bad of [secret("a", 31), `${secret("a")},${secret("b", 31)}`, three, ","]) {
    assert.deepEqual(namesMissing({ NOTIFICATION_SECRET: bad }), ["NOTIFICATION_SECRET"], bad);
  }
});

Deno.test("STRIPE_MODE and a key of the other mode are refused, and both are named", () => {
  const both = ["STRIPE_SECRET_KEY", "STRIPE_MODE"];
  for (const [STRIPE_MODE, STRIPE_SECRET_KEY] of [["live", "sk_test_1"], ["test", "rk_live_1"]]) {
    assert.deepEqual(namesMissing({ STRIPE_MODE, STRIPE_SECRET_KEY }), both);
  }
  for (const [STRIPE_MODE, STRIPE_SECRET_KEY] of [["test", "sk_test_1"], ["live", "rk_live_1"]]) {
    assert.equal(read({ STRIPE_MODE, STRIPE_SECRET_KEY }).STRIPE_MODE, STRIPE_MODE);
  }
  assert.equal(read({ STRIPE_MODE: "live", STRIPE_SECRET_KEY: undefined }).STRIPE_MODE, "live");
  assert.deepEqual(namesMissing({ STRIPE_MODE: "production" }), ["STRIPE_MODE"]);
});

const KEY_AND_ADDRESS = ["STRIPE_SECRET_KEY", "STRIPE_API_URL"];

Deno.test("a hosted project sends a live key only to Stripe itself", () => {
  const emulated = { STRIPE_API_URL: "http://127.0.0.1:1" };
  for (const STRIPE_SECRET_KEY of ["sk_live_1", "rk_live_1"]) {
    assert.deepEqual(namesMissing({ ...emulated, STRIPE_SECRET_KEY }), KEY_AND_ADDRESS);
    assert.equal(read({ STRIPE_SECRET_KEY }).STRIPE_API_URL, undefined);
  }
  assert.equal(read({ ...emulated }).STRIPE_API_URL, emulated.STRIPE_API_URL);
});

Deno.test("a project on this machine sends a live key to an emulator on this machine", () => {
  const STRIPE_SECRET_KEY = "sk_live_1";
  for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
    const STRIPE_API_URL = `http://${host}:54326`;
    const local = { STRIPE_SECRET_KEY, STRIPE_API_URL, SUPABASE_URL: `http://${host}:54321/` };
    assert.equal(read(local).STRIPE_API_URL, STRIPE_API_URL);
    const FARTHING_PUBLIC_URL = "http://localhost:54321";
    assert.equal(read({ ...local, FARTHING_PUBLIC_URL }).STRIPE_API_URL, STRIPE_API_URL);
  }
});

const OTHER_MACHINES = [
  "http://127.0.0.1.evil.com",
  "http://localhost.evil.com:54326",
  "http://localhost@evil.com",
  "http://127.0.0.1:54326@evil.com",
  "http://user@127.0.0.1",
  "http://2130706433",
  "http://0x7f000001",
  "http://0177.0.0.1",
  "http://127.1",
  "http://127.0.0.2",
  "http://0.0.0.0",
  "http://[::]",
  "http://[::ffff:127.0.0.1]",
  "http://localhost.",
  "http://127.0.0.1\\@evil.com",
  "http://127.0.0.1#@evil.com",
  "http://127.0.0.1?@evil.com",
  "http://127.0.0.1/@evil.com",
  "http://127.0.0.1:54326/v2",
  "http://evil.com/http://127.0.0.1",
  "http://loc\u0430lhost",
  "http://127\u30020\u30020\u30021",
  "http://host.docker.internal:54326",
  "http://192.168.0.2",
  "https://api.stripe.com",
];

Deno.test("a live key is refused with an address that only looks like this machine's", () => {
  const here = "http://127.0.0.1:54321";
  const live = { STRIPE_SECRET_KEY: "sk_live_1", STRIPE_API_URL: here, SUPABASE_URL: here };
  assert.equal(read(live).STRIPE_API_URL, here);
  for (const address of OTHER_MACHINES) {
    for (const name of ["STRIPE_API_URL", "SUPABASE_URL", "FARTHING_PUBLIC_URL"]) {
      const missing = namesMissing({ ...live, [name]: address });
      const isMalformed = missing.length === 1 && missing[0] === name;
      if (!isMalformed) assert.deepEqual(missing, KEY_AND_ADDRESS, `${name} ${address}`);
    }
  }
});

Deno.test("half of a Redis address names the other half", () => {
  const url = { UPSTASH_REDIS_REST_URL: "https://example.upstash.io" };
  const token = { UPSTASH_REDIS_REST_TOKEN: "token" };
  assert.deepEqual(namesMissing(url), ["UPSTASH_REDIS_REST_TOKEN"]);
  assert.deepEqual(namesMissing(token), ["UPSTASH_REDIS_REST_URL"]);
  assert.equal(read({ ...url, ...token }).UPSTASH_REDIS_REST_TOKEN, "token");
  assert.equal(read({}).UPSTASH_REDIS_REST_URL, undefined);
});

Deno.test("AI_MODELS lists models with their maximum numbers of output tokens", () => {
  const env = read({ AI_MODELS: "gpt-4o=16384, maker/some-model:free=4096" });
  assert.deepEqual([...env.AI_MODELS!], [["gpt-4o", 16_384], ["maker/some-model:free", 4_096]]);
  assert.equal(read({ AI_MODELS: "" }).AI_MODELS, undefined);
  for (const bad of ["gpt-4o", "gpt-4o=", "gpt-4o=0", "=1", "a=1,b=-1", "a=1e3", " , "]) {
    assert.deepEqual(namesMissing({ AI_MODELS: bad }), ["AI_MODELS"], bad);
  }
});

Deno.test("an origin with a path or a pattern is refused by the variable's name", () => {
  const bad = [
    "*",
    "https://*.example.com",
    "https://app.example.com/path",
    "https://app.example.com/?a=b",
    "https://app.example.com/#top",
    "https://user@app.example.com",
    "https://app.example.com\\\\",
    "app.example.com",
    "null",
    "ftp://app.example.com",
    "https://app.example.com:*",
    "http://localhost.example.com:*",
    "http://localhost:*/path",
  ];
  for (const APP_ORIGINS of bad) {
    assert.deepEqual(namesMissing({ APP_ORIGINS }), ["APP_ORIGINS"], APP_ORIGINS);
    const all = `https://app.example.com,${APP_ORIGINS}`;
    assert.deepEqual(namesMissing({ APP_ORIGINS: all }), ["APP_ORIGINS"], all);
  }
});

Deno.test("a loopback host may have any port", () => {
  const APP_ORIGINS = "https://app.example.com,http://localhost:*,http://[::1]:*";
  assert.deepEqual(read({ APP_ORIGINS }).APP_ORIGINS, APP_ORIGINS.split(","));
});

Deno.test("a live key with origins of any port is refused, and both variables are named", () => {
  const names = ["STRIPE_SECRET_KEY", "APP_ORIGINS"];
  for (const STRIPE_SECRET_KEY of ["sk_live_1", "rk_live_1"]) {
    for (const APP_ORIGINS of ["http://localhost:*", "https://app.example.com,http://[::1]:*"]) {
      assert.deepEqual(namesMissing({ STRIPE_SECRET_KEY, APP_ORIGINS }), names);
    }
    const APP_ORIGINS = "https://app.example.com,http://localhost:3000";
    assert.deepEqual(read({ STRIPE_SECRET_KEY, APP_ORIGINS }).APP_ORIGINS, APP_ORIGINS.split(","));
  }
  const APP_ORIGINS = "http://localhost:*";
  assert.deepEqual(read({ STRIPE_SECRET_KEY: undefined, APP_ORIGINS }).APP_ORIGINS, [APP_ORIGINS]);
});

Deno.test("an origin is compared with what browsers send", () => {
  const env = read({ APP_ORIGINS: "HTTPS://App.Example.com:443/, https://b\u00fccher.example" });
  assert.deepEqual(env.APP_ORIGINS, ["https://app.example.com", "https://xn--bcher-kva.example"]);
});
