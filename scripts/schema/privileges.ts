/**
 * The privileges at the end of each migration that creates objects. First, the grants that
 * PostgreSQL and the host make by default are revoked. For example, PostgreSQL lets everybody
 * execute a new function. Then the grants in the schema files are made. The host's grants must be
 * revoked, because some hosts grant all tables to browser roles or to roles of their own. Row level
 * security would not stop such a role from using TRUNCATE.
 */
import { statementsOf } from "./references.ts";
import type { SchemaFile } from "./schema-files.ts";

const ANYBODY = "public, anon, authenticated";
const SCHEMAS = "farthing, farthing_public";

/**
 * Revokes all privileges from every role that the host's default privileges name, except the
 * current user and service_role. Revoking them only from the browser roles is not enough:
 * `authenticated` may be a member of one of the host's roles. Grants that somebody made by hand to
 * any other role are not revoked.
 */
const REVOKES_BY_DEFAULT = `do $$
declare v_revoke text;
begin
  for v_revoke in
    select distinct format('revoke all on %s farthing, farthing_public from %s', k.kind, a.grantee::regrole)
    from pg_default_acl d cross join lateral aclexplode(d.defaclacl) a
    join (values ('n', 'schema'), ('r', 'all tables in schema'), ('S', 'all sequences in schema'),
      ('f', 'all routines in schema')) k (type, kind) on k.type = d.defaclobjtype::text
    where d.defaclrole = quote_ident(current_user)::regrole and d.defaclnamespace = 0
      and a.grantee not in (0, d.defaclrole, 'service_role'::regrole)
  loop
    execute v_revoke;
  end loop;
end
$$`;

/**
 * In the schema files, each RPC function is followed by its grant to service_role. These grants are
 * not revoked here, because service_role must call the RPC functions.
 */
const REVOKES = [
  REVOKES_BY_DEFAULT,
  `revoke all on schema ${SCHEMAS} from ${ANYBODY}, service_role`,
  `revoke all on all tables in schema ${SCHEMAS} from ${ANYBODY}, service_role`,
  `revoke all on all sequences in schema ${SCHEMAS} from ${ANYBODY}, service_role`,
  `revoke all on all routines in schema ${SCHEMAS} from ${ANYBODY}`,
  "revoke all on all routines in schema farthing from service_role",
];

/** The first line of the privileges at the end of a migration. */
export const PRIVILEGES =
  "-- Privileges: those that the files of the schema grant, and none by default.";

/** Returns the grants on schemas, tables and views, in the order of the files. */
function grantsOf(files: readonly SchemaFile[]): string[] {
  return files.flatMap(statementsOf).filter((statement) => /^grant (?!execute )/.test(statement));
}

/**
 * Returns the privileges for the end of a migration. `files` must contain all objects that exist
 * after that migration.
 */
export function privilegesOf(files: readonly SchemaFile[]): string {
  const statements = [...REVOKES, ...grantsOf(files)];
  return `${PRIVILEGES}\n${statements.map((statement) => `${statement};\n`).join("")}`;
}

/**
 * Returns whether a statement belongs to the end of a migration: it sets privileges, or resets a
 * setting.
 */
export function isPrivilege(statement: string): boolean {
  return REVOKES.includes(statement) ||
    /^(?:grant (?!execute )|revoke all on |reset )/.test(statement);
}

/**
 * Returns whether a migration revokes everything that is granted by default, and creates nothing
 * afterwards.
 */
export function endsWithPrivileges(text: string): boolean {
  const statements = statementsOf({ text });
  const last = statements.findLastIndex((statement) => !isPrivilege(statement));
  return REVOKES.every((revoke) => statements.lastIndexOf(revoke) > last);
}
