/** Auth's admin API through supabase-js. Only a back end with a secret key may call it. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { proven, withSql } from "../support/project/database.ts";
import { get, post, refused, send } from "../support/project/http.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";
import { type AuthAnswer, refusal } from "./auth-answer.ts";

const world = readWorld();
const NOBODY = crypto.randomUUID();

const clientWith = (key: string): SupabaseClient =>
  createClient(world.url, key, { auth: { persistSession: false, autoRefreshToken: false } });

const backEnd = clientWith(world.secretKey);
const anybody = () => clientWith(world.publishableKey);
const newEmail = () => `admin-${crypto.randomUUID()}@example.com`;

async function create(more: Parameters<typeof backEnd.auth.admin.createUser>[0] = {}) {
  const login = { email: newEmail(), password: crypto.randomUUID() };
  const attributes = { ...login, email_confirm: true, ...more };
  const { data, error } = await backEnd.auth.admin.createUser(attributes);
  if (error) throw error;
  return { user: data.user, ...login };
}

Deno.test("createUser makes a user who can sign in at once, with the metadata given", async () => {
  const user_metadata = { full_name: "Ada" };
  const app_metadata = { role: "operator" };
  const { user, email, password } = await create({ user_metadata, app_metadata });
  equal(user.email, email);
  equal(user.user_metadata.full_name, "Ada");
  const { role, provider, providers } = user.app_metadata;
  deepEqual([role, provider, providers], ["operator", "email", ["email"]]);
  deepEqual([user.aud, user.role, user.is_anonymous], ["authenticated", "authenticated", false]);
  ok(user.email_confirmed_at && user.created_at && user.updated_at);
  equal(user.identities?.[0]?.identity_data?.email, email);

  const { data, error } = await anybody().auth.signInWithPassword({ email, password });
  equal(error, null);
  const { user: own, session } = data;
  deepEqual([own?.id, own?.app_metadata.role], [user.id, "operator"]);
  const as = { apikey: world.publishableKey, authorization: `Bearer ${session?.access_token}` };
  equal((await get(world, "webhook-events", as)).status, 200);
});

Deno.test("createUser accepts a given id, and leaves an unconfirmed address unconfirmed", async () => {
  const id = crypto.randomUUID();
  const { user, email, password } = await create({ id, email_confirm: false });
  equal(user.id, id);
  equal(user.email_confirmed_at, undefined);
  const signIn = anybody().auth.signInWithPassword({ email, password });
  deepEqual(await refusal(signIn), [400, "email_not_confirmed"]);
  await backEnd.auth.admin.updateUserById(id, { email_confirm: true });
  equal((await anybody().auth.signInWithPassword({ email, password })).error, null);
});

Deno.test("createUser refuses the same requests as Auth, with Auth's codes", async () => {
  const { admin } = backEnd.auth;
  const { email } = await create();
  deepEqual(await refusal(admin.createUser({ email })), [422, "email_exists"]);
  deepEqual(await refusal(admin.createUser({ email: email.toUpperCase() })), [422, "email_exists"]);
  deepEqual(await refusal(admin.createUser({})), [400, "validation_failed"]);
  deepEqual(await refusal(admin.createUser({ email: "nobody" })), [400, "validation_failed"]);
  const long = { email: newEmail(), password: "x".repeat(73) };
  deepEqual(await refusal(admin.createUser(long)), [400, "validation_failed"]);
});

Deno.test("updateUserById grants and revokes the operator role from the next token on", async () => {
  const person = await signUp(world);
  const asOperator = () => get(world, "webhook-events", person.as);
  refused(await asOperator(), 403, "forbidden");
  const { admin } = backEnd.auth;
  const { data } = await admin.updateUserById(person.id, { app_metadata: { role: "operator" } });
  equal(data.user?.app_metadata.role, "operator");
  equal(data.user?.app_metadata.provider, "email");
  const signIn = async () => {
    const { session } = (await person.supabase.auth.signInWithPassword(person)).data;
    return get(world, "webhook-events", {
      ...person.as,
      authorization: `Bearer ${session?.access_token}`,
    });
  };
  equal((await signIn()).status, 200);
  await admin.updateUserById(person.id, { app_metadata: { role: null } });
  refused(await signIn(), 403, "forbidden");
});

Deno.test("updateUserById changes address, password and name, and ends all sessions", async () => {
  const { user, email, password } = await create();
  const somebody = anybody();
  await somebody.auth.signInWithPassword({ email, password });
  const { admin } = backEnd.auth;
  const changed = { email: newEmail(), password: "a new password" };
  const { data } = await admin.updateUserById(user.id, {
    ...changed,
    email_confirm: true,
    user_metadata: { full_name: "Grace" },
  });
  equal(data.user?.email, changed.email);
  equal(data.user?.identities?.[0]?.identity_data?.email, changed.email);
  equal(
    (await anybody().auth.signInWithPassword(changed)).data.user?.user_metadata.full_name,
    "Grace",
  );
  const old = anybody().auth.signInWithPassword({ email, password });
  deepEqual(await refusal(old), [400, "invalid_credentials"]);
  ok((await somebody.auth.refreshSession()).error);
  deepEqual(await refusal(admin.updateUserById(user.id, { password: "short" })), [
    422,
    "weak_password",
  ]);
  const other = await create();
  deepEqual(await refusal(admin.updateUserById(user.id, { email: other.email })), [
    422,
    "email_exists",
  ]);
});

Deno.test("listUsers lists all users, newest first, page by page", async () => {
  const made = [await create(), await create(), await create()].map(({ user }) => user.id);
  const { admin } = backEnd.auth;
  const first = await admin.listUsers({ page: 1, perPage: 2 });
  if (first.error) throw first.error;
  equal(first.data.users.length, 2);
  equal(first.data.aud, "authenticated");
  equal(first.data.nextPage, 2);
  ok(first.data.total >= 3);
  // Other tests create and delete users while this test reads the list of users page by page, so a
  // user may move to a different page and be missed.
  const seen = new Set<string>();
  await until("each user of this test is on a page", async () => {
    for (let page = 1, isLast = false; !isLast; page++) {
      const { users } = (await admin.listUsers({ page, perPage: 50 })).data;
      for (const { id } of users) seen.add(id);
      isLast = users.length === 0 || made.every((id) => seen.has(id));
    }
    return made.every((id) => seen.has(id)) || undefined;
  });
  const bad = `${world.url}/auth/v1/admin/users?page=x`;
  equal((await send(bad, { headers: { apikey: world.secretKey } })).status, 400);
});

Deno.test("getUserById and deleteUser refuse an unknown user as Auth does", async () => {
  const { admin } = backEnd.auth;
  const { user } = await create();
  equal((await admin.getUserById(user.id)).data.user?.email, user.email);
  equal((await admin.deleteUser(user.id)).error, null);
  for (const id of [user.id, NOBODY]) {
    deepEqual(await refusal(admin.getUserById(id)), [404, "user_not_found"]);
    deepEqual(await refusal(admin.updateUserById(id, {})), [404, "user_not_found"]);
    deepEqual(await refusal(admin.deleteUser(id)), [404, "user_not_found"]);
  }
  const url = `${world.url}/auth/v1/admin/users/nobody`;
  const old = await send(url, { headers: { apikey: world.secretKey } });
  deepEqual(JSON.parse(old.text), {
    code: 404,
    error_code: "validation_failed",
    msg: "user_id must be an UUID",
  });
});

Deno.test("deleteUser deletes sessions and personal rows; the ledger stays without the id", async () => {
  const person = await signUpWith(world, "100");
  await person.dataApi.from("ai_consent").insert({ level: "full_redacted" });
  const job = await post(world, "jobs", person.as, { type: "ledger_export", input: {} });
  equal(job.status, 202);
  equal((await backEnd.auth.admin.deleteUser(person.id)).error, null);

  const signIn = anybody().auth.signInWithPassword(person);
  deepEqual(await refusal(signIn), [400, "invalid_credentials"]);
  await withSql(world, async (sql) => {
    const [left] = await sql`
      select (select count(*) from auth.sessions where user_id = ${person.id})
        + (select count(*) from auth.identities where user_id = ${person.id})
        + (select count(*) from farthing.jobs where user_id = ${person.id})
        + (select count(*) from farthing.ai_consents where user_id = ${person.id})
        + (select count(*) from farthing.accounts where owner_id = ${person.id}) as rows`;
    equal(Number(left?.rows), 0);
  });
  await proven(world);
});

Deno.test("the admin API accepts only a secret key, as on Supabase", async () => {
  const { user } = await create();
  const person = await signUp(world);
  const signedIn = { apikey: world.publishableKey, authorization: person.as.authorization! };
  const callers: [who: string, headers: Record<string, string>, status: number, code?: string][] = [
    ["nobody", {}, 401],
    ["a wrong key", { apikey: "sb_secret_nobody" }, 401],
    ["a publishable key", { apikey: world.publishableKey }, 403, "not_admin"],
    ["a user", signedIn, 403, "not_admin"],
    ["a user beside a secret key", { ...signedIn, apikey: world.secretKey }, 403, "not_admin"],
  ];
  const routes: [method: string, path: string][] = [
    ["GET", "users"],
    ["POST", "users"],
    ["GET", `users/${user.id}`],
    ["PUT", `users/${user.id}`],
    ["DELETE", `users/${user.id}`],
    ["POST", "generate_link"],
  ];
  for (const [who, as, status, code] of callers) {
    for (const [method, path] of routes) {
      const headers = { ...as, "x-supabase-api-version": "2024-01-01" };
      const answer = await send(`${world.url}/auth/v1/admin/${path}`, { method, headers });
      const seen = [answer.status, JSON.parse(answer.text).code];
      deepEqual(seen, [status, code], `${who}: ${method} ${path}`);
    }
  }
  deepEqual(await refusal(anybody().auth.admin.listUsers()), [403, "not_admin"]);
  ok((await backEnd.auth.admin.getUserById(user.id)).data.user);
});

Deno.test("features that the local Auth lacks are refused by name, and change nothing", async () => {
  const { user } = await create();
  const { admin } = backEnd.auth;
  const calls: [Promise<AuthAnswer>, RegExp][] = [
    [admin.updateUserById(user.id, { ban_duration: "24h" }), /ban_duration/],
    [admin.createUser({ phone: "4915112345678" }), /phone/],
    [admin.deleteUser(user.id, true), /should_soft_delete/],
    [admin.generateLink({ type: "magiclink", email: user.email! }), /admin\/generate_link/],
  ];
  for (const [call, what] of calls) {
    const { error } = await call;
    deepEqual([error?.status, error?.code], [422, "not_implemented"]);
    match(error?.message ?? "", what);
  }
  ok((await admin.getUserById(user.id)).data.user);
});
