/** Gives a database the state of a new Supabase project's database. */
import { getAuthSchemaSql } from "@supabase/lite";
import type { Databases } from "./running-server.ts";

const read = (name: string) => Deno.readTextFile(new URL(`./sql/${name}`, import.meta.url));
/**
 * Creates the schemas, extensions and auth tables of a new Supabase project, with the same owners.
 * Tests clone a template database that is made in this way.
 */
export async function bootstrap(server: Databases, database = "postgres"): Promise<void> {
  const sql = server.connectAsAdmin(database, { max: 1 });
  try {
    await sql.unsafe(await read("bootstrap.sql"));
    const own = await Promise.all(["auth-mfa.sql", "after-auth.sql"].map(read));
    const tables = ["set local search_path = auth", getAuthSchemaSql(), ...own].join(";\n");
    await sql.begin(async (transaction) => {
      await transaction.unsafe(`set local role supabase_auth_admin; ${tables}`);
    });
  } finally {
    await sql.end();
  }
}
