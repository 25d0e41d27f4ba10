/**
 * What `alter role … set` gives a role, given to each request that runs as it: PostgREST does so, lite
 * switches roles without it. `anon` has its 3 s by this; without settings of its own a role keeps those of
 * the role that REST logs in as.
 */
import type { PostgresConnection } from "@supabase/lite/postgres";
import { sql } from "kysely";

// the very version that lite has, which runs it

const SETTINGS = sql`
  select set_config(split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1), true)
    from pg_catalog.pg_roles, unnest(rolconfig) setting where rolname = current_user`;

export function applyRoleSettings(connection: PostgresConnection): void {
  const withContext = connection.withContext.bind(connection);
  connection.withContext = (context, run, options) =>
    withContext(context, async (transaction) => {
      await SETTINGS.execute(transaction);
      return await run(transaction);
    }, options);
}
