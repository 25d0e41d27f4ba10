/**
 * Applies the settings of `alter role … set` to each request that runs as the role, as PostgREST
 * does. @supabase/lite only switches roles, so without this file `anon` would not have its
 * statement timeout of 3 s. A role without settings keeps the settings of the role with which REST
 * logs in.
 */
import type { PostgresConnection } from "@supabase/lite/postgres";
import { sql } from "kysely";

// kysely builds this query and @supabase/lite runs it, so kysely must have the version that
// @supabase/lite uses.

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
