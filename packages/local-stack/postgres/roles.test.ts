/**
 * Tests which rights the role `postgres` has in a migration, and which it lacks, as on Supabase.
 */
import assert from "node:assert/strict";
import type postgres from "postgres";
import type { StackError } from "../core/stack-error.ts";
import { migrate } from "../migrations/migrate.ts";
import { bootstrap } from "./bootstrap.ts";
import type { DatabaseServer } from "./database.ts";
import { findSystem, type Flavour } from "./find-postgres.ts";
import { withServer } from "./testing/server.ts";

const ALLOWED = {
  "create the allowed extensions": `
    create extension if not exists pg_cron with schema pg_catalog;
    create extension if not exists pg_net with schema extensions`,
  "create a schema, tables, and foreign keys to users": `
    create schema app;
    create table app.notes (id int primary key, owner uuid references auth.users (id) on delete cascade);
    create table public.notes (id int primary key references app.notes (id))`,
  "create a trigger on users": `
    create function app.greet() returns trigger language plpgsql as 'begin return new; end';
    create trigger greet after insert on auth.users for each row execute function app.greet()`,
  "create a user of Auth":
    "insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.com')",
  "schedule and remove its own jobs": `
    select cron.schedule('own', '0 0 1 1 *', 'select 1');
    select cron.schedule('gone', '0 0 1 1 *', 'select 1');
    select cron.unschedule('gone')`,
  "read and delete the run history of its jobs": `
    select * from cron.job, cron.job_run_details;
    delete from cron.job_run_details`,
  "send requests": "select net.http_get('http://127.0.0.1:9/')",
  "create, change and delete secrets": `
    select vault.create_secret('s', 'n');
    select vault.update_secret(id, 't') from vault.decrypted_secrets where decrypted_secret = 's';
    delete from vault.secrets where name = 'n'`,
  "change a role's timeout": "alter role authenticated set statement_timeout = '9s'",
  "set session_replication_role": "set local session_replication_role = replica",
  "create a role": "create role clerk login; grant usage on schema public to clerk",
};

const DENIED = {
  "disable the triggers of its foreign keys": "alter table app.notes disable trigger all",
  "replace pg_net's functions":
    `create or replace function net.http_get(url text, params jsonb default '{}',
    headers jsonb default '{}', timeout_milliseconds int default 5000) returns bigint
    language sql as 'select 1::bigint'`,
  "create a function in the schema net":
    "create function net.f() returns int language sql as 'select 1'",
  "change the table of jobs": "update cron.job set username = 'supabase_admin'",
  "create a trigger on the run history of jobs":
    `create trigger t after insert on cron.job_run_details
    for each row execute function app.greet()`,
  "replace Auth's functions": `create or replace function auth.uid() returns uuid
    language sql stable as 'select null::uuid'`,
  "create a table in Auth's schema": "create table auth.notes (id int)",
  "change Auth's tables": "alter table auth.users add column note text",
  "write to the Vault's table": "insert into vault.secrets (secret) values ('s')",
  "drop the Vault's schema": "drop schema vault cascade",
  "create an extension that is not allowed": "create extension file_fdw with schema extensions",
  "change the server's settings": "set log_statement = 'all'",
  "write the server's files": "copy app.notes to '/notes'",
  "run programs on the server": "copy app.notes from program 'true'",
  "create a superuser": "create role chief superuser",
  "make itself a superuser": "alter role postgres superuser",
  "become the superuser": "set role supabase_admin",
};

/** Applies one migration as the stack does. */
async function apply(sql: postgres.Sql, directory: string, nr: number, text: string) {
  const file = `${directory}/${nr}_x.sql`;
  await Deno.writeTextFile(file, text);
  try {
    await migrate(sql, directory);
  } catch (error) {
    await Deno.remove(file);
    throw error;
  }
}

async function judge(server: DatabaseServer, test: Deno.TestContext): Promise<void> {
  await bootstrap(server);
  const directory = await Deno.makeTempDir({ prefix: "farthing-migrations-" });
  const sql = server.connect("postgres", { max: 1 });
  let nr = 100;
  for (const [what, text] of Object.entries(ALLOWED)) {
    await test.step(`a migration may ${what}`, () => apply(sql, directory, nr++, text));
  }
  for (const [what, text] of Object.entries(DENIED)) {
    await test.step(`a migration must not ${what}`, () =>
      assert.rejects(apply(sql, directory, nr++, text), (error: StackError) => {
        assert.match(error.message, /^Migration \d+_x\.sql failed: /);
        assert.equal((error.cause as { code: string }).code, "42501");
        return true;
      }));
  }
  await sql.end();
  await Deno.remove(directory, { recursive: true });
}

const flavours: Flavour[] = findSystem()?.hasCron ? ["embedded", "system"] : ["embedded"];

for (const flavour of flavours) {
  const name = `T37: a migration may do what the platform's postgres may, and no more (${flavour})`;
  Deno.test(name, { sanitizeExit: false }, async (test) => {
    await withServer((server) => judge(server, test), flavour);
  });
}
