/**
 * How every migration ends: our roles have what the grants beside the objects say, and nothing that comes by
 * PostgreSQL's own defaults (everybody may execute a function) or by the host's (some grant all tables to
 * browser roles, and row level security does not bound TRUNCATE).
 */
import { statementsOf } from "./references.ts";
import type { SchemaFile } from "./sources.ts";

const ANYBODY = "public, anon, authenticated";
const SCHEMAS = "farthing, farthing_public";

/** What a function grants to service_role stands beside it, and stays: it is the one role that calls one. */
const REVOKES = [
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

/** Whether a migration takes everything that is granted by default, and then makes nothing more. */
export function endsWithPrivileges(text: string): boolean {
  const statements = statementsOf({ text });
  const last = statements.findLastIndex((statement) => !/^(?:grant|revoke|reset) /.test(statement));
  return REVOKES.every((revoke) => statements.lastIndexOf(revoke) > last);
}
