/**
 * Into an app that has our names already, by the real CLI, and out again: what was there stays as it was.
 */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { findSystem, type Flavour } from "../../stack/postgres/source.ts";
import type { DatabaseServer } from "../../stack/postgres/database.ts";
import { hasNpx, runSupabase } from "../../supabase/cli.ts";
import { addFarthing, makeAppFolder, NEXT } from "../guest/app.ts";
import { PROJECT, withNewProject } from "../project-database.ts";
import { checked, ROOT, type Row, type Suite } from "../suite.ts";

const OURS = "farthing,farthing_public";
const decoder = new TextDecoder();

async function push(server: DatabaseServer, folder: string): Promise<void> {
  const url = new URL(server.url(PROJECT));
  url.searchParams.set("sslmode", "disable");
  const args = ["db", "push", "--yes", "--include-all", `--remote=${url.href}`];
  const { success, stdout, stderr } = await runSupabase(args, { cwd: folder });
  assert(success, stdout + stderr);
}

/** Every object that is not ours, a line each. */
async function hostOf(sql: postgres.Sql): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}scripts/test/guest/catalogue.sql`);
  const rows = await sql.unsafe(text, [OURS]);
  return rows.map(({ what, is }) => `${what}: ${is}`).filter((line) => !/ farthing\b/.test(line));
}

/** What the server's own pg_dump says of all of it, line by line; nothing where there is none of its version. */
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

/** What came and what went, in place of two long lists. */
function sameHost(now: readonly string[], before: readonly string[]): void {
  const came = now.filter((line) => !before.includes(line));
  const went = before.filter((line) => !now.includes(line));
  assert.deepEqual({ came, went }, { came: [], went: [] });
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

/** Runs the file as somebody at psql would. */
async function uninstall(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(await Deno.readTextFile(`${ROOT}supabase/uninstall.sql`)).simple();
}

async function guestOn(flavour: Flavour): Promise<Row[]> {
  const folder = await makeAppFolder();
  try {
    return await withNewProject(async (server) => {
      const sql = server.connect(PROJECT, { max: 1 });
      await push(server, folder);
      const host = await hostOf(sql);
      const privileges = await asHost(sql);
      const dump = await dumpOf(server, flavour);
      await addFarthing(folder);
      const rows = [
        await checked(`${flavour}: db push into an app with the same names`, async () => {
          await push(server, folder);
          assert.deepEqual([...await sql`select * from farthing.prove()`], []);
        }),
        await checked(`${flavour}: what the app had is as it was`, async () => {
          sameHost(await hostOf(sql), host);
        }),
        await checked(`${flavour}: what the app makes next is as open as before`, async () => {
          assert.deepEqual(await asHost(sql), privileges);
        }),
        await checked(`${flavour}: uninstall refuses while anybody has credits`, async () => {
          await sql`insert into auth.users (id) values ('00000000-0000-4000-8000-000000000001')`;
          await sql`select farthing_public.credits_grant('00000000-0000-4000-8000-000000000001', '5',
            'promotional', p_reason => 'a gift')`;
          await assert.rejects(uninstall(sql), /accounts with credits/);
          await sql`rollback`;
        }),
        await checked(`${flavour}: uninstall leaves what was there before`, async () => {
          await sql`set farthing.delete_ledger = 'yes'`;
          await uninstall(sql);
          await sql`delete from auth.users`;
          sameHost(await hostOf(sql), host);
          sameHost(await dumpOf(server, flavour), dump);
        }),
        await checked(`${flavour}: and it can be installed again`, async () => {
          await push(server, folder);
          assert.deepEqual([...await sql`select * from farthing.prove()`], []);
        }),
      ];
      await sql.end();
      return rows;
    }, flavour);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export const guest: Suite = {
  name: "guest",
  about: "into an app that has our names, by the real CLI, and out again without a trace",
  async run() {
    if (!await hasNpx()) {
      const why = "needs npx, which comes with Node";
      return { rows: [], skipped: [{ what: "all of it", why }] };
    }
    const rows = await guestOn("embedded");
    if (findSystem()?.hasCron) return { rows: [...rows, ...await guestOn("system")], skipped: [] };
    const why = "pg_cron is not installed (Debian: postgresql-15-cron)";
    return { rows, skipped: [{ what: "PostgreSQL 15 and its pg_dump", why }] };
  },
};
