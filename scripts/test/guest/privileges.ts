/** Reads the privileges on Farthing's objects, both from the schema files and from a database. */
import type postgres from "postgres";
import { statementsOf } from "../../schema/references.ts";
import { readSchemas } from "../../schema/schema-files.ts";

const GRANT = /^grant ([\w, ]+) on (?:function |schema )?([\w., ]+) to ([\w, ]+)$/;

/** Returns a line for each privilege that the schema files grant to a role. */
export async function grantedByFiles(): Promise<string[]> {
  const statements = (await readSchemas()).flatMap(statementsOf);
  return statements.filter((statement) => statement.startsWith("grant ")).flatMap((statement) => {
    const parts = GRANT.exec(statement)?.slice(1).map((part) => part.split(/, */));
    if (!parts) throw new Error(`this test cannot parse the GRANT statement: ${statement}`);
    const [privileges = [], objects = [], roles = []] = parts;
    return objects.flatMap((object) =>
      roles.flatMap((role) => privileges.map((each) => `${each} on ${object} to ${role}`))
    );
  }).sort();
}

/**
 * Returns a line for each privilege on Farthing's objects, except the owner's. Includes the
 * privilege that PostgreSQL grants by default: PUBLIC may execute a function whose privileges were
 * never changed.
 */
export async function grantedInDatabase(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ title: string }[]>`
    with ours as (
      select oid, nspname, nspowner, nspacl from pg_namespace where nspname in ('farthing', 'farthing_public')
    ), objects (name, owner, acl) as (
      select nspname, nspowner, nspacl from ours
      union all
      select format('%s.%s', nspname, relname), relowner, relacl
      from pg_class c join ours o on o.oid = c.relnamespace
      union all
      select format('%s.%s(%s)', nspname, relname, attname), relowner, attacl
      from pg_attribute a join pg_class c on c.oid = a.attrelid join ours o on o.oid = c.relnamespace
      union all
      select format('%s.%s', nspname, proname), proowner, coalesce(proacl, acldefault('f', proowner))
      from pg_proc p join ours o on o.oid = p.pronamespace
    )
    select format('%s on %s to %s', lower(a.privilege_type), name,
      case a.grantee when 0 then 'public' else a.grantee::regrole::text end) as title
    from objects cross join lateral aclexplode(acl) a where a.grantee <> owner`;
  return rows.map(({ title }) => title).sort();
}
