import assert from "node:assert/strict";
import { checkSecrets, type Found, type Group, wrongNames } from "./check.ts";
import { fromProject, fromStack } from "./sources.ts";

const COMPLETE: Readonly<Record<string, string>> = {
  STRIPE_SECRET_KEY: "sk_test_1",
  STRIPE_WEBHOOK_SECRET: "whsec_1",
  APP_ORIGINS: "https://app.example.com",
  MAIL_FROM: "credits@example.com",
  POSTMARK_SERVER_TOKEN: "token",
  NOTIFICATION_SECRET: "n".repeat(32),
  AI_BASE_URL: "https://ai.example.com",
  AI_API_KEY: "key",
  AI_MODELS: "m=1",
  AI_RESEARCH_MODEL: "m",
};

function found(changes: Record<string, string | undefined> = {}): Found {
  const all = Object.entries({ ...COMPLETE, ...changes });
  const values = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  return { source: "a file", values, names: new Set(Object.keys(values)), isWhole: false };
}

function stateOf(groups: readonly Group[], of: string | null, name: string) {
  const group = groups.find((each) => each.name === of);
  return group?.findings.find((each) => each.name === name)?.state;
}

Deno.test("check finds nothing wrong if every needed name is set", () => {
  const groups = checkSecrets(found());
  assert.deepEqual(wrongNames(groups), []);
  assert.equal(stateOf(groups, "checkout", "STRIPE_SECRET_KEY"), "present");
  assert.equal(stateOf(groups, "checkout", "STRIPE_API_URL"), "left unset");
  assert.equal(stateOf(groups, null, "SUPABASE_URL"), "platform");
  assert.equal(stateOf(groups, null, "SENTRY_DSN"), "not set");
});

Deno.test("check reports a missing name for the functions that need it and for no other", () => {
  const groups = checkSecrets(found({ AI_API_KEY: undefined }));
  assert.deepEqual(wrongNames(groups), ["AI_API_KEY"]);
  for (const name of ["ai", "jobs", "job-runner"]) {
    assert.equal(stateOf(groups, name, "AI_API_KEY"), "missing");
  }
  assert.equal(stateOf(groups, "usage", "AI_API_KEY"), undefined);
  // The function `health` tests this key if it is set, and otherwise skips the test.
  assert.equal(stateOf(groups, "health", "AI_API_KEY"), "not set");
});

Deno.test("check requires one of the two mail services", () => {
  const resend = { POSTMARK_SERVER_TOKEN: undefined, RESEND_API_KEY: "key" };
  assert.deepEqual(wrongNames(checkSecrets(found(resend))), []);
  const none = checkSecrets(found({ POSTMARK_SERVER_TOKEN: undefined }));
  assert.deepEqual(wrongNames(none), ["POSTMARK_SERVER_TOKEN", "RESEND_API_KEY"]);
});

Deno.test("check requires Redis' token only if Redis' address is set", () => {
  const half = checkSecrets(found({ UPSTASH_REDIS_REST_URL: "https://redis.example.com" }));
  assert.deepEqual(wrongNames(half), ["UPSTASH_REDIS_REST_TOKEN"]);
  const other = checkSecrets(found({ UPSTASH_REDIS_REST_TOKEN: "x" }));
  assert.deepEqual(wrongNames(other), ["UPSTASH_REDIS_REST_URL"]);
});

Deno.test("check reports values that the functions would refuse as malformed, without showing them", () => {
  const groups = checkSecrets(found({ STRIPE_SECRET_KEY: "pk_live_secretly" }));
  assert.deepEqual(wrongNames(groups), ["STRIPE_SECRET_KEY"]);
  assert.equal(stateOf(groups, "refunds", "STRIPE_SECRET_KEY"), "malformed");
  assert(!JSON.stringify(groups).includes("secretly"));
});

Deno.test("check notes that production must not have the address of an emulator", () => {
  const groups = checkSecrets(found({ STRIPE_API_URL: "http://127.0.0.1:54325" }));
  const finding = groups.find(({ name }) => name === "checkout")?.findings
    .find(({ name }) => name === "STRIPE_API_URL");
  assert.match(finding?.note ?? "", /production/);
  assert.deepEqual(wrongNames(groups), []);
});

Deno.test("check of a stack reports the platform's missing names, except the key set", () => {
  const groups = checkSecrets({ ...found(), isWhole: true });
  const platform = ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEYS", "SUPABASE_SECRET_KEYS"];
  assert.deepEqual(wrongNames(groups), platform);
  assert.equal(stateOf(groups, null, "SUPABASE_JWKS"), "platform");
});

Deno.test("check of a hosted project reads names only", async () => {
  const commands: string[] = [];
  const names = Object.keys(COMPLETE).filter((name) => name !== "AI_MODELS");
  const project = await fromProject("abcd", (args) => {
    commands.push(args.join(" "));
    return Promise.resolve(JSON.stringify(names.map((name) => ({ name, value: "digest" }))));
  });
  assert.deepEqual(commands, ["secrets list --output json --remote=abcd"]);
  assert.equal(project.values, null);
  assert.deepEqual(wrongNames(checkSecrets(project)), ["AI_MODELS"]);
  await assert.rejects(
    fromProject(undefined, () => Promise.resolve("<html>")),
    /did not print JSON/,
  );
});

Deno.test("check of a stack finds every name that its functions get", () => {
  const values = {
    SUPABASE_URL: "http://127.0.0.1:54321",
    SUPABASE_DB_URL: "postgresql://postgres@127.0.0.1:54322/postgres",
    SUPABASE_PUBLISHABLE_KEY: "sb_publishable_1",
    SUPABASE_SECRET_KEY: "sb_secret_1",
    STRIPE_API_URL: "http://127.0.0.1:54325",
    STRIPE_SECRET_KEY: "sk_test_1",
    STRIPE_WEBHOOK_SECRET: "whsec_1",
    MAIL_URL: "http://127.0.0.1:54324",
    NOTIFICATION_SECRET: "n".repeat(32),
    AI_URL: "http://127.0.0.1:54328",
    AI_API_KEY: "key",
  };
  const groups = checkSecrets(fromStack({ values, source: "stack.env" }));
  assert.deepEqual(wrongNames(groups), []);
  assert.equal(stateOf(groups, null, "SUPABASE_URL"), "present");
  assert.throws(() => fromStack({ values: {}, source: "stack.env" }), /No stack runs/);
});
