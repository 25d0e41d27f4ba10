/**
 * Tests one stack that has its own migration and its own Edge Function: starts the stack, stops it,
 * and starts it again.
 */
import { cleanUpOnSignals, waitFor, withCleanup } from "@farthing/command-line";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { Redis } from "@upstash/redis";
import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { isAlive } from "./core/processes.ts";
import { StackError } from "./core/stack-error.ts";
import { type Stack, startStack } from "./start-stack.ts";
import { findRedisServer } from "./redis/find-redis.ts";
import type { StackOptions } from "./stack/options.ts";
import { readSupabaseConfig } from "./stack/supabase-config.ts";
import { freeOffset } from "./core/testing/free-offset.ts";

type Project = StackOptions & { dataDir: string; envFile: string };

const TIMEOUT_MS = 60_000;

const MIGRATION = `
create extension if not exists pg_cron with schema pg_catalog;
create extension if not exists pg_net with schema extensions;
create table public.notes (
  id int generated always as identity primary key,
  owner uuid not null references auth.users (id) default auth.uid(),
  body text not null
);
alter table public.notes enable row level security;
grant select, insert on public.notes to authenticated;
create policy own on public.notes to authenticated using (owner = (select auth.uid()));
create function public.whoami() returns jsonb language sql stable as $$
  select jsonb_build_object(
    'id', auth.uid(), 'role', current_user, 'name', auth.jwt() #>> '{user_metadata,name}')
$$;
create table public.ticks (at timestamptz not null default now());
select cron.schedule('tick', '1 second', 'insert into public.ticks default values');
`;

const FUNCTION = `export const app = { fetch: (request) => Response.json({
  path: new URL(request.url).pathname, url: Deno.env.get("SUPABASE_URL") }) };`;

async function makeProject(root: string): Promise<Project> {
  await Deno.chmod(root, 0o755); // the database server's account must be able to enter
  await Deno.mkdir(`${root}/migrations`);
  await Deno.writeTextFile(`${root}/migrations/20260101000000_notes.sql`, MIGRATION);
  await Deno.mkdir(`${root}/functions/echo`, { recursive: true });
  await Deno.writeTextFile(`${root}/functions/echo/app.ts`, FUNCTION);
  return {
    offset: freeOffset(),
    dataDir: `${root}/data`,
    envFile: `${root}/stack.env`,
    migrationsDir: `${root}/migrations`,
    functionsDir: `${root}/functions`,
    seedFile: `${root}/seed.sql`,
  };
}

function client(env: Record<string, string>, key = env.SUPABASE_PUBLISHABLE_KEY): SupabaseClient {
  const auth = { persistSession: false, autoRefreshToken: false };
  return createClient(env.SUPABASE_URL ?? "", key ?? "", { auth });
}

const PERSON = { email: "ann@example.test", password: "correct horse battery" };

async function signUpAndCall(stack: Stack): Promise<string> {
  const ann = client(stack.env);
  const { data, error } = await ann.auth.signUp({ ...PERSON, options: { data: { name: "Ann" } } });
  assert.equal(error, null);
  assert.ok(data.session, "sign-up confirms by itself");
  const claims = await ann.auth.getClaims();
  assert.equal(claims.data?.header.alg, "ES256");
  const me = await ann.rpc("whoami");
  assert.deepEqual(me.data, { id: data.user?.id, role: "authenticated", name: "Ann" });
  const refreshed = await ann.auth.refreshSession();
  assert.equal(refreshed.error, null);
  assert.equal((await ann.rpc("whoami")).data.id, data.user?.id);
  assert.equal((await ann.from("notes").insert({ body: "mine" })).error, null);
  return data.session.access_token;
}

async function refusesOthers(stack: Stack, token: string): Promise<void> {
  const anon = client(stack.env);
  assert.equal((await anon.rpc("whoami")).data.role, "anon");
  assert.equal((await anon.from("notes").select()).error?.code, "42501");
  const bob = client(stack.env);
  await bob.auth.signUp({ ...PERSON, email: "bob@example.test" });
  assert.deepEqual((await bob.from("notes").select()).data, []);
  const service = client(stack.env, stack.env.SUPABASE_SECRET_KEY);
  assert.equal((await service.rpc("whoami")).data.role, "service_role");
  const apikey = stack.env.SUPABASE_PUBLISHABLE_KEY ?? "";
  const forged = `${token.slice(0, token.lastIndexOf("."))}.${"A".repeat(86)}`;
  for (const path of ["/rest/v1/notes", "/auth/v1/user"]) {
    const headers = { apikey, authorization: `Bearer ${forged}` };
    const response = await fetch(stack.urls.api + path, { headers });
    await response.body?.cancel();
    assert.equal(response.status, 401, path);
    const keyless = await fetch(stack.urls.api + path);
    await keyless.body?.cancel();
    assert.equal(keyless.status, 401, `${path} without a key`);
  }
}

async function grantsNothingItself(stack: Stack): Promise<void> {
  const sql = stack.database.connect("postgres", { max: 1 });
  const [notes] = await sql`
    select has_table_privilege('anon', 'public.notes', 'select') as anon,
           has_table_privilege('authenticated', 'public.notes', 'update') as authenticated,
           has_table_privilege('service_role', 'public.notes', 'select') as service`;
  assert.deepEqual({ ...notes }, { anon: false, authenticated: false, service: false });
  await sql.end();
}

async function keepsSecretsForTheDatabase(stack: Stack): Promise<void> {
  const sql = stack.database.connect("postgres", { max: 1 });
  const rows = await sql`select name, decrypted_secret from vault.decrypted_secrets order by name`;
  assert.deepEqual(rows.map((row) => ({ ...row })), [
    { name: "farthing_functions_url", decrypted_secret: `${stack.urls.api}/functions/v1` },
    { name: "farthing_secret_key", decrypted_secret: stack.env.SUPABASE_SECRET_KEY },
  ]);
  await sql.end();
}

async function runsJobsAndRequests(stack: Stack): Promise<void> {
  const sql = stack.database.connect("postgres", { max: 1 });
  const since = new Date();
  const run = await waitFor(async () => {
    const [row] = await sql`
      select status, return_message from cron.job_run_details
       where status <> 'running' and start_time > ${since} limit 1`;
    return row;
  }, TIMEOUT_MS);
  assert.deepEqual({ ...run }, { status: "succeeded", return_message: "INSERT 1" });
  const [request] = await sql`select net.http_get(${`${stack.urls.mail}/messages`}) as id`;
  const response = await waitFor(async () => {
    const [row] = await sql`select status_code from net._http_response where id = ${request?.id}`;
    return row;
  }, TIMEOUT_MS);
  assert.equal(response?.status_code, 200);
  await sql.end();
}

async function survivesACrash(stack: Stack): Promise<void> {
  const before = stack.database.pid;
  assert.ok(before);
  Deno.kill(before, "SIGKILL");
  const after = await waitFor(() => {
    const { pid } = stack.database;
    return pid !== undefined && pid !== before ? pid : undefined;
  }, TIMEOUT_MS);
  assert.ok(after, "the database comes back by itself");
  const service = client(stack.env, stack.env.SUPABASE_SECRET_KEY);
  const role = await waitFor(async () => (await service.rpc("whoami")).data?.role, TIMEOUT_MS);
  assert.equal(role, "service_role");
  await runsJobsAndRequests(stack);
}

async function staysDownWhenAsked(stack: Stack): Promise<void> {
  const post = async (path: string, apikey = "") => {
    const response = await fetch(stack.urls.api + path, { method: "POST", headers: { apikey } });
    await response.body?.cancel();
    return response.status;
  };
  const parts = [
    ["database", "crash", "start"],
    ...["mail", "stripe", "ai"].map((part) => [part, "stop", "start"] as const),
    ...(findRedisServer() ? [["redis", "down", "ok"] as const] : []),
  ] as const;
  for (const [part, down, up] of parts) {
    const isUp = async () => (await stack.health())[part]?.ok;
    assert.equal(await post(`/stack/${part}/${down}`, stack.env.SUPABASE_PUBLISHABLE_KEY), 401);
    assert.equal(await isUp(), true);
    assert.equal(await post(`/stack/${part}/${down}`, stack.env.SUPABASE_SECRET_KEY), 204);
    assert.equal(await isUp(), false);
    assert.equal(await post(`/stack/${part}/${up}`, stack.env.SUPABASE_SECRET_KEY), 204);
    assert.equal(await isUp(), true);
  }
}

async function mailsALinkToTheSite(stack: Stack): Promise<void> {
  const { error } = await client(stack.env).auth.signInWithOtp({ email: PERSON.email });
  assert.equal(error, null);
  const inbox = await (await fetch(`${stack.urls.mail}/messages?to=${PERSON.email}`)).json();
  const link = /http\S+/.exec(inbox.messages[0].text)?.[0] ?? "";
  assert.ok(link.startsWith(`${stack.urls.api}/auth/v1/verify?`), link);
  const answer = await fetch(link, { redirect: "manual" });
  await answer.body?.cancel();
  const { siteUrl: site } = await readSupabaseConfig();
  assert.ok(site);
  assert.match(answer.headers.get("location") ?? "", new RegExp(`^${site}/?#access_token=`));
}

async function offersLanguageModels(stack: Stack): Promise<void> {
  const authorization = `Bearer ${stack.env.AI_API_KEY}`;
  const response = await fetch(`${stack.env.AI_URL}/v1/models`, { headers: { authorization } });
  const { data } = await response.json();
  assert.deepEqual(
    data.map(({ id }: { id: string }) => id),
    ["gpt-4o", "gpt-4o-mini", "o4-mini", "claude-haiku-4-5"],
  );
  const names = ["AI_BASE_URL", "AI_API_KEY", "AI_MODELS", "AI_RESEARCH_MODEL"];
  assert.deepEqual(names.map((name) => Deno.env.get(name)), [
    `${stack.urls.ai}/v1`,
    stack.env.AI_API_KEY,
    "gpt-4o=16384,gpt-4o-mini=16384,o4-mini=100000,claude-haiku-4-5=64000",
    "gpt-4o-mini",
  ]);
}

/**
 * If the machine has redis-server, tests that a client can increment a counter in the stack's
 * Redis. Otherwise tests that the address of Redis is empty.
 */
async function countsInRedis(stack: Stack): Promise<void> {
  const names = ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"];
  const [url = "", token = ""] = names.map((name) => stack.env[name]);
  assert.deepEqual(names.map((name) => Deno.env.get(name)), [url, token]);
  if (findRedisServer() === undefined) return assert.equal(url, "");
  const redis = new Redis({ url, token, enableTelemetry: false });
  assert.deepEqual([await redis.incr("n"), await redis.incr("n")], [1, 2]);
}

async function hidesTheKeySet(stack: Stack): Promise<void> {
  const apikey = stack.env.SUPABASE_SECRET_KEY ?? "";
  const status = async (path: string, init: RequestInit) => {
    const response = await fetch(stack.urls.api + path, init);
    await response.body?.cancel();
    return response.status;
  };
  const turn = (to: string) => status(`/stack/jwks/${to}`, { method: "POST", headers: { apikey } });
  const read = (init = {}) => status("/auth/v1/.well-known/jwks.json", init);
  assert.equal(await turn("stop"), 204);
  assert.equal(await read(), 503);
  assert.equal(await turn("hang"), 204);
  await assert.rejects(read({ signal: AbortSignal.timeout(200) }), { name: "TimeoutError" });
  assert.equal(await turn("start"), 204);
  assert.equal(await read(), 200);
}

async function refusesASecond(options: StackOptions): Promise<void> {
  await assert.rejects(
    startStack(options),
    (error) => error instanceof StackError && error.message.includes(`pid ${Deno.pid}`),
  );
}

async function livesOnce(options: Project, stack: Stack): Promise<void> {
  assert.deepEqual({ ...parseEnv(await Deno.readTextFile(options.envFile)) }, stack.env);
  const token = await signUpAndCall(stack);
  await refusesOthers(stack, token);
  await grantsNothingItself(stack);
  await keepsSecretsForTheDatabase(stack);
  const echo = await (await fetch(`${stack.urls.api}/functions/v1/echo/x`)).json();
  assert.deepEqual(echo, { path: "/echo/x", url: stack.urls.api });
  await mailsALinkToTheSite(stack);
  await offersLanguageModels(stack);
  await countsInRedis(stack);
  await hidesTheKeySet(stack);
  await runsJobsAndRequests(stack);
  await survivesACrash(stack);
  await staysDownWhenAsked(stack);
  await refusesASecond({ ...options });

  const { pid = 0 } = stack.database;
  await stack.stop();
  assert.equal(isAlive(pid), false);
  await assert.rejects(Deno.stat(options.envFile), Deno.errors.NotFound);
}

Deno.test({
  name:
    "the stack starts, signs up, serves, recovers from kill -9, stops cleanly, and starts again",
  sanitizeOps: false,
  sanitizeResources: false,
  sanitizeExit: false,
  async fn() {
    const noMore = cleanUpOnSignals();
    const root = await Deno.makeTempDir({ prefix: "farthing-stack-test-" });
    const options = await makeProject(root);
    let starting: Promise<Stack> | undefined;
    const cleanup = async () => {
      await starting?.then((stack) => stack.stop(), () => {});
      await Deno.remove(root, { recursive: true });
    };
    await withCleanup(cleanup, async () => {
      const first = await (starting = startStack(options));
      await livesOnce(options, first);
      const stack = await (starting = startStack(options));
      assert.deepEqual(stack.env, first.env, "the keys are the same");
      const again = await client(stack.env).auth.signInWithPassword(PERSON);
      assert.equal(again.error, null, "users can still sign in");
    });
    noMore();
  },
});
