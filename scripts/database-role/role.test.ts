import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import postgres from "postgres";
import type { DatabaseServer } from "@farthing/local-stack/postgres";
import { PROJECT, withProject } from "../test-tools/project-database.ts";
import { makeRole, newPassword, poolUrlOf, ROLE } from "./role.ts";

const MAIN = new URL("./main.ts", import.meta.url).pathname;

/**
 * Runs the command as a user would. Returns its exit code, its standard output and its standard
 * error.
 */
async function run(databaseUrl: string, args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    env: { NO_COLOR: "1", DEPLOY_DATABASE_URL: databaseUrl },
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(new Uint8Array([...stdout, ...stderr])) };
}

async function withSql<T>(url: string, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 });
  return await use(sql).finally(() => sql.end());
}

/** Returns the functions in farthing_public that a role may call, with their arguments. */
async function callable(sql: postgres.Sql, role: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select p.oid::regprocedure::text as name from pg_proc p
    where p.pronamespace = 'farthing_public'::regnamespace
      and has_function_privilege(${role}, p.oid, 'execute')
    order by 1`;
  return rows.map(({ name }) => name);
}

const CALL = /(?:\brpc|#store)\(\s*"(\w+)"/g;

/** Returns the names of all database functions that the edge functions' sources call. */
async function calledFunctions(folder: URL): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name === "node_modules" || name.endsWith(".test.ts")) continue;
    if (isDirectory) {
      for (const called of await calledFunctions(new URL(`${name}/`, folder))) names.add(called);
    } else if (name.endsWith(".ts")) {
      const text = await Deno.readTextFile(new URL(name, folder));
      for (const [, called] of text.matchAll(CALL)) names.add(called!);
    }
  }
  return names;
}

const MAY_NOT = {
  "read the ledger": "select from farthing.entries",
  "change the ledger": "update farthing.accounts set version = 0",
  "read a view of the data API": "select from farthing_public.credits",
  "call a private function": "select farthing.prove()",
  "read users": "select from auth.users",
  "become the owner": "set role postgres",
  "become the service": "set role service_role",
  "make an object": "create table public.mine ()",
  "make a role": "create role mine",
};

async function mayCallAndNothingElse(server: DatabaseServer, url: string): Promise<void> {
  await withSql(server.url(PROJECT), async (owner) => {
    const functions = await callable(owner, ROLE);
    const service = await callable(owner, "service_role");
    assert.deepEqual(functions, service);
    const called = await calledFunctions(new URL("../../supabase/functions/", import.meta.url));
    const granted = new Set(functions.map((name) => /\.(\w+)\(/.exec(name)?.[1]));
    assert.deepEqual([...called].filter((name) => !granted.has(name)), []);
    assert(called.size > 50, `${called.size} functions are called`);
  });
  await withSql(url, async (sql) => {
    const [row] = await sql`select farthing_public.health_database() as health`;
    assert.equal(row?.health.ok, true);
    const [settings] = await sql`show statement_timeout`;
    assert.equal(settings?.statement_timeout, "8s");
    for (const [what, statement] of Object.entries(MAY_NOT)) {
      await assert.rejects(sql.unsafe(statement), { code: "42501" }, what);
    }
  });
}

Deno.test("database:role makes a role that may call the functions and nothing else", async (t) => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/.env`;
  const poolUrl = async () => parseEnv(await Deno.readTextFile(file)).DATABASE_POOL_URL!;
  try {
    await withProject("embedded", async (server) => {
      const owner = server.url(PROJECT);
      await t.step("the first run without a file is refused", async () => {
        const { code, said } = await run(owner, []);
        assert.equal(code, 1);
        assert.match(said, /Add --write FILE/);
      });
      await t.step("the command needs no superuser and prints no password", async () => {
        await Deno.writeTextFile(file, "STRIPE_SECRET_KEY=sk_test_1\n");
        const { code, said } = await run(owner, ["--write", file]);
        assert.equal(code, 0, said);
        assert(!said.includes(new URL(await poolUrl()).password), said);
        assert.equal(parseEnv(await Deno.readTextFile(file)).STRIPE_SECRET_KEY, "sk_test_1");
      });
      await t.step("the role", async () => mayCallAndNothingElse(server, await poolUrl()));
      await t.step("another run grants new functions and revokes removed ones", async () => {
        await withSql(owner, (sql) =>
          sql.unsafe(`
            revoke execute on function farthing_public.health_database() from ${ROLE};
            create function farthing_public.gone() returns int language sql return 1;
            revoke execute on function farthing_public.gone() from public;
            grant execute on function farthing_public.gone() to ${ROLE}`).simple());
        const { code, said } = await run(owner, []);
        assert.equal(code, 0, said);
        await mayCallAndNothingElse(server, await poolUrl());
      });
      await t.step("a new password replaces the old one", async () => {
        const old = await poolUrl();
        await withSql(owner, (sql) => makeRole(sql, newPassword()));
        await assert.rejects(withSql(old, (sql) => sql`select 1`), { code: "28P01" });
      });
      await t.step("a file that cannot be written leaves the password unchanged", async () => {
        assert.equal((await run(owner, ["--write", file])).code, 0);
        const { code } = await run(owner, ["--write", `${folder}/none/.env`]);
        assert.equal(code, 1);
        await withSql(await poolUrl(), (sql) => sql`select 1`);
      });
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the role's URL has the owner's host, and the pooler's transaction mode", () => {
  const pooler = "aws-1-eu-central-1.pooler.supabase.com";
  const cases = {
    [`postgresql://postgres.abc:p%40@${pooler}:5432/postgres?sslmode=require`]:
      `postgresql://${ROLE}.abc:new@${pooler}:6543/postgres?sslmode=no-verify`,
    "postgresql://postgres:p@db.abc.supabase.co:5432/postgres":
      `postgresql://${ROLE}:new@db.abc.supabase.co:5432/postgres?sslmode=no-verify`,
    "postgresql://postgres:p@127.0.0.1:54322/postgres":
      `postgresql://${ROLE}:new@127.0.0.1:54322/postgres`,
  };
  for (const [owner, url] of Object.entries(cases)) assert.equal(poolUrlOf(owner, "new"), url);
});

Deno.test("database:role refuses an invalid address without repeating it", async () => {
  const { code, said } = await run("https://me:hush@example.com", ["--write", "/dev/null"]);
  assert.equal(code, 1);
  assert.match(said, /postgresql:\/\/ URL/);
  assert(!said.includes("hush"), said);
});
