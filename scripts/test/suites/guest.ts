/**
 * Uses the real CLI to install Farthing into an app that has objects with the same names, and then
 * removes Farthing. The app's own objects must not change.
 */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { privilegesOf } from "../../schema/privileges.ts";
import { readSchemas } from "../../schema/schema-files.ts";
import { type DatabaseServer, findSystem, type Flavour } from "@farthing/local-stack/postgres";
import { hasNpx, runSupabase } from "../../supabase/cli.ts";
import { addFarthing, makeAppFolder, NEXT } from "../guest/app.ts";
import { assertSame, catalogueOf } from "../catalogue/catalogue.ts";
import { grantedByFiles, grantedInDatabase } from "../guest/privileges.ts";
import { PROJECT, withNewProject } from "../../test-tools/project-database.ts";
import { checked, type Row, type Suite } from "../../test-tools/suite.ts";
import { ROOT } from "../../command/root.ts";
import { DATABASE } from "./made-of.ts";

const OURS = ["farthing", "farthing_public"];
const NAMED = [
  "policy farthing_jobs_own on realtime\\.messages",
  "trigger farthing_welcome_(?:new|confirmed) on auth\\.users",
];
/**
 * Matches Farthing's objects outside of its own schemas: the pg_cron job, the policy that lets
 * users subscribe to their own jobs, and the triggers that plan welcome credits.
 */
const OF_OURS = new RegExp(`^scheduled job farthing: |^(?:object )?(?:${NAMED.join("|")}): `);
const PERSON = "00000000-0000-4000-8000-000000000001";

const decoder = new TextDecoder();

async function push(server: DatabaseServer, folder: string): Promise<void> {
  const url = new URL(server.url(PROJECT));
  url.searchParams.set("sslmode", "disable");
  const args = ["db", "push", "--yes", "--include-all", `--remote=${url.href}`];
  const { success, stdout, stderr } = await runSupabase(args, { cwd: folder });
  assert(success, stdout + stderr);
}

/** Returns the lines of a pg_dump. The server from npm has no pg_dump. */
async function dumpOf(server: DatabaseServer, flavour: Flavour): Promise<string[]> {
  if (flavour !== "system") return [];
  const { success, stdout, stderr } = await new Deno.Command(`${findSystem()!.bin}/pg_dump`, {
    args: [
      "--exclude-schema=supabase_migrations",
      "--exclude-table-data=cron.*",
      server.url(PROJECT),
    ],
  }).output();
  assert(success, decoder.decode(stderr));
  return decoder.decode(stdout).split("\n").filter((line) => !/^\\(?:un)?restrict /.test(line));
}

async function asHost(sql: postgres.Sql): Promise<unknown[]> {
  await sql.unsafe(NEXT);
  const rows = await sql`
    select r as role, has_function_privilege(r, 'public.ping()', 'execute') as calls,
      has_table_privilege(r, 'public.notes', 'select') as reads
    from unnest(array['anon', 'authenticated', 'service_role']) r`;
  await sql.unsafe("drop table public.notes; drop function public.ping()");
  return [...rows];
}

/** Runs uninstall.sql as psql does. */
async function uninstall(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(await Deno.readTextFile(`${ROOT}supabase/uninstall.sql`)).simple();
}

/** Returns rows of the tables into which both the app and Farthing write. */
async function rowsOf(sql: postgres.Sql): Promise<unknown[]> {
  return [
    ...await sql`select 'secret' as what, name from vault.secrets
      union all select 'migration', name from supabase_migrations.schema_migrations
      union all select 'run', command from cron.job_run_details where command like '%farthing%'
      order by 1, 2`,
  ];
}

/**
 * Grants a privilege by hand, and checks that the statements at the end of each migration do not
 * revoke it.
 */
async function keepsByHand(sql: postgres.Sql): Promise<void> {
  const granted = "farthing_public.health_database()";
  await sql.unsafe(`begin; create role by_hand; grant execute on function ${granted} to by_hand`);
  await sql.unsafe(privilegesOf(await readSchemas()));
  const [role] = await sql`select has_function_privilege('by_hand', ${granted}, 'execute') as may`;
  await sql`rollback`;
  assert.equal(role?.may, true);
}

/**
 * Objects of the app that depend on Farthing, one for each test. A key is the name that
 * uninstall.sql must show for the object. The value is the SQL that creates the object.
 */
const HANGERS_ON = {
  "column price of table projects":
    "create table public.projects (id int, price farthing.positive_credits)",
  "view shop": "create view public.shop as select * from farthing_public.packages",
  "view tariff": "create view public.tariff as select 1::farthing.positive_credits::text as price",
  "policy payers on table orders": `create policy payers on public.orders as restrictive
    using (exists (select from farthing_public.credits))`,
  "type price, column price of table wares":
    `create domain public.price as farthing.positive_credits;
    create table public.wares (price public.price)`,
  "function price_of": `create function public.price_of(p farthing.positive_credits) returns int
    language sql as $$ select 1 $$`,
  "function count_lots": `create function public.count_lots() returns bigint language sql
    begin atomic select count(*) from farthing.lots; end`,
  "constraint alive on table refunds": `alter table public.refunds
    add constraint alive check (farthing.is_live_refund(id::text))`,
  "default value for column alive of table lives":
    "create table public.lives (alive bool default farthing.is_live_refund('x'))",
  "column alive of table states": `create table public.states (state text,
    alive bool generated always as (farthing.is_live_refund(state)) stored)`,
  "index refunds_alive":
    "create unique index refunds_alive on public.refunds (farthing.is_live_refund(id::text))",
  "table heirs": "create table public.heirs () inherits (farthing.lots)",
  "constraint owned on table works": `create table public.works (account_id bigint
    constraint owned references farthing.accounts)`,
  "trigger greeted on table farthing.accounts": `create trigger greeted after insert
    on farthing.accounts for each row execute function public.greet()`,
  "publication of table farthing.lots in publication theirs":
    "create publication theirs for table farthing.lots",
};

async function installs(server: DatabaseServer, flavour: Flavour, folder: string): Promise<Row[]> {
  const sql = server.connect(PROJECT, { max: 1 });
  await push(server, folder);
  const host = await catalogueOf(sql, OURS);
  const rows = await rowsOf(sql);
  const privileges = await asHost(sql);
  const dump = await dumpOf(server, flavour);
  await addFarthing(folder);
  const refuses = async (why: RegExp) => {
    await assert.rejects(uninstall(sql), why);
    await sql`rollback`;
  };
  const checks: [string, () => Promise<void>][] = [
    ["db push into an app with the same names succeeds", async () => {
      await push(server, folder);
      assert.deepEqual([...await sql`select * from farthing.prove()`], []);
    }],
    ["db push changes nothing of the app", async () => {
      assertSame((await catalogueOf(sql, OURS)).filter((line) => !OF_OURS.test(line)), host);
    }],
    ["the app's next objects get the same privileges as before", async () => {
      assert.deepEqual(await asHost(sql), privileges);
    }],
    [
      "T13, T47: Farthing's objects have the schema files' privileges, whatever the app's defaults are",
      async () => {
        assertSame(await grantedInDatabase(sql), await grantedByFiles());
      },
    ],
    ["a role of the app keeps privileges that were granted by hand", () => keepsByHand(sql)],
    ["uninstall refuses to drop objects of the app", async () => {
      for (const [told, made] of Object.entries(HANGERS_ON)) {
        await sql.unsafe(`begin; ${made}`);
        await refuses(new RegExp(`depends on Farthing and would be dropped: .*${told}`));
      }
    }],
    ["uninstall refuses to drop a ledger, even if nobody has credits", async () => {
      await sql`insert into auth.users (id) values (${PERSON})`;
      await sql`select farthing_public.credits_grant(${PERSON}, '5', 'promotional', p_reason => 'x')`;
      await sql`select farthing_public.credits_debit(${PERSON}, '5', 'x')`;
      await refuses(/The ledger is not empty/);
    }],
    ["uninstall leaves the app as it was before", async () => {
      for (const name of ["farthing_functions_url", "farthing_secret_key"]) {
        await sql`select vault.create_secret('x', ${name})`;
      }
      await sql`set farthing.delete_ledger = 'yes'`;
      await uninstall(sql);
      await sql`delete from auth.users`;
      assertSame(await catalogueOf(sql, OURS), host);
      assert.deepEqual(await rowsOf(sql), rows);
      assertSame(await dumpOf(server, flavour), dump);
    }],
    ["db push installs Farthing again", async () => {
      await push(server, folder);
      assert.deepEqual([...await sql`select * from farthing.prove()`], []);
    }],
    ["a scheduled job of the app with our name stops the push", async () => {
      await uninstall(sql);
      await sql`select cron.schedule('farthing', '0 4 * * *', 'select 2')`;
      await assert.rejects(push(server, folder), /already has a job named farthing/);
      const [job] = await sql`select command from cron.job where jobname = 'farthing'`;
      assert.equal(job?.command, "select 2");
    }],
  ];
  const results: Row[] = [];
  for (const [name, check] of checks) results.push(await checked(`${flavour}: ${name}`, check));
  await sql.end();
  return results;
}

async function guestOn(flavour: Flavour): Promise<Row[]> {
  const folder = await makeAppFolder();
  try {
    return await withNewProject((server) => installs(server, flavour, folder), flavour);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export const guest: Suite = {
  name: "guest",
  madeOf: DATABASE,
  about: "installs into an app with the same names by the real CLI, and uninstalls without a trace",
  async run(_words, isFull) {
    if (!await hasNpx()) {
      const why = "needs npx, which comes with Node";
      return { rows: [], skipped: [{ what: "all of it", why }] };
    }
    const rows = await guestOn("embedded");
    if (!isFull) return { rows, skipped: [], left: ["PostgreSQL 15 and its pg_dump"] };
    if (findSystem()?.hasCron) return { rows: [...rows, ...await guestOn("system")], skipped: [] };
    const why = "pg_cron is not installed (Debian: postgresql-15-cron)";
    return { rows, skipped: [{ what: "PostgreSQL 15 and its pg_dump", why }] };
  },
};
