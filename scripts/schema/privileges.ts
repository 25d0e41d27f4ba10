/**
 * How every migration ends: our roles have what the grants beside the objects say, and nothing that comes by
 * PostgreSQL's own defaults (everybody may execute a function) or by the host's (some grant all tables to
 * browser roles or to roles of their own, and row level security does not bound TRUNCATE).
 */
import { statementsOf } from "./references.ts";
import type { SchemaFile } from "./sources.ts";

const ANYBODY = "public, anon, authenticated";
const SCHEMAS = "farthing, farthing_public";

/**
 * Whom the host's default privileges name beside those: a role of its own, of which `authenticated` may be a
 * member. A role that they don't name keeps what was granted to it by hand.
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

/** Grants of functions to service_role stand beside them, and stay: it is the one role that calls any. */
const REVOKES = [
  REVOKES_BY_DEFAULT,
  `revoke all on schema ${SCHEMAS} from ${ANYBODY}, service_role`,
  `revoke all on all tables in schema ${SCHEMAS} from ${ANYBODY}, service_role`,
  `revoke all on all sequences in schema ${SCHEMAS} from ${ANYBODY}, service_role`,
  `revoke all on all routines in schema ${SCHEMAS} from ${ANYBODY}`,
  "revoke all on all routines in schema farthing from service_role",
];

/** The first line of that end. */
export const PRIVILEGES =
  "-- Privileges: those that the files of the schema grant, and none by default.";

/** Grants on schemas, tables and views; as the files say them, in their order. */
function grantsOf(files: readonly SchemaFile[]): string[] {
  return files.flatMap(statementsOf).filter((statement) => /^grant (?!execute )/.test(statement));
}

/** The end of a migration after which the database has the objects of these files. */
export function privilegesOf(files: readonly SchemaFile[]): string {
  const statements = [...REVOKES, ...grantsOf(files)];
  return `${PRIVILEGES}\n${statements.map((statement) => `${statement};\n`).join("")}`;
}

/** Whether a statement may stand in that end, or sets back what the migration had set. */
export function isPrivilege(statement: string): boolean {
  return REVOKES.includes(statement) ||
    /^(?:grant (?!execute )|revoke all on |reset )/.test(statement);
}

/** Whether a migration takes everything that is granted by default, and then makes nothing more. */
export function endsWithPrivileges(text: string): boolean {
  const statements = statementsOf({ text });
  const last = statements.findLastIndex((statement) => !isPrivilege(statement));
  return REVOKES.every((revoke) => statements.lastIndexOf(revoke) > last);
}
