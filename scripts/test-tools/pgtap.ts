/**
 * Installs pgTAP: the server's own extension if there is one, otherwise the SQL of an npm package.
 */
import { parseTarGzip } from "nanotar";
import type postgres from "postgres";

const SCRIPT = "share/postgresql/extension/pgtap.sql";

/** Returns SQL that creates pgTAP in the first schema of the search path. */
async function pgtapSql(): Promise<string> {
  const archive = new URL("./pgtap.tar.gz", import.meta.resolve("@electric-sql/pglite-pgtap"));
  const files = await parseTarGzip(await Deno.readFile(archive));
  const script = files.find(({ name }) => name === SCRIPT);
  if (!script) throw new Error(`${SCRIPT} is not in ${archive.pathname}`);
  return script.text;
}

/** Installs pgTAP in the schema `extensions`, as `supabase test db` does. */
export async function installPgtap(sql: postgres.Sql): Promise<void> {
  const [available] = await sql`select from pg_available_extensions where name = 'pgtap'`;
  if (available) {
    await sql`create extension if not exists pgtap with schema extensions`;
    return;
  }
  const script = await pgtapSql();
  await sql.begin(async (transaction) => {
    await transaction`set local search_path = extensions`;
    await transaction.unsafe(script);
  });
}
