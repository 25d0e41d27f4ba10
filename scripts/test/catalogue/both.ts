/** Makes two databases: one from the schema files, and one from the migrations. */
import type postgres from "postgres";
import { privilegesOf } from "../../schema/privileges.ts";
import { readSchemas } from "../../schema/schema-files.ts";
import { migrate } from "@farthing/local-stack/migrations";
import type { Databases } from "@farthing/local-stack/postgres";
import { MIGRATIONS, PROJECT } from "../../test-tools/project-database.ts";
import { ROOT } from "../../command/root.ts";
import { catalogueOf } from "./catalogue.ts";
import { rowsOf } from "./rows.ts";

export const OF_SCHEMAS = "of_schemas";
export const OF_MIGRATIONS = PROJECT;

/**
 * The schema of the table in which the CLI records migrations. Only the database that is made from
 * migrations has rows in it.
 */
const HISTORY = "supabase_migrations";

async function within<T>(
  server: Databases,
  database: string,
  use: (sql: postgres.Sql) => Promise<T>,
) {
  const sql = server.connect(database, { max: 1 });
  return await use(sql).finally(() => sql.end());
}

/**
 * Runs the schema files one by one, as a tool that reads `schema_paths` does. Then sets the
 * privileges with the same statements that are at the end of each migration that creates objects.
 */
async function applySchemas(sql: postgres.Sql): Promise<void> {
  const files = await readSchemas();
  await sql.unsafe("set check_function_bodies = off");
  for (const { text } of files) await sql.unsafe(text);
  await sql.unsafe(privilegesOf(files));
}

/** Makes both databases on a server with a new project, which has no migrations. */
export async function makeBoth(server: Databases): Promise<void> {
  const seed = await Deno.readTextFile(`${ROOT}supabase/farthing_seed.sql`);
  await server.createDatabase(OF_SCHEMAS, { template: OF_MIGRATIONS });
  await within(server, OF_SCHEMAS, applySchemas);
  await within(server, OF_MIGRATIONS, (sql) => migrate(sql, MIGRATIONS));
  for (const database of [OF_SCHEMAS, OF_MIGRATIONS]) {
    await within(server, database, (sql) => sql.unsafe(seed));
  }
}

/**
 * Returns a line for every object and every row of a database. If `change` is given, runs it first.
 */
export async function contentsOf(
  server: Databases,
  database: string,
  change = "",
): Promise<string[]> {
  return await within(server, database, async (sql) => {
    await sql.unsafe(change);
    return [...await catalogueOf(sql, [HISTORY]), ...await rowsOf(sql)];
  });
}
