/**
 * Adds settings to the beginning of a migration and privileges to its end, for built migrations and
 * for those written by hand.
 */
import { isPrivilege, PRIVILEGES, privilegesOf } from "./privileges.ts";
import { statementsOf } from "./references.ts";
import type { SchemaFile } from "./schema-files.ts";

/**
 * Function bodies are not checked, because they may name functions that are created later. A
 * migration waits at most 3 seconds for a lock; a push that fails for this reason can be run again.
 */
const BEGIN = "set check_function_bodies = off;\nset lock_timeout = '3s';\n";
const END = "reset check_function_bodies;\nreset lock_timeout;\n";

/**
 * Returns the migration with the settings added after its first comment, and with the privileges
 * on the files' objects added at its end. Existing settings and privileges are replaced.
 */
export function frame(text: string, files: readonly SchemaFile[]): string {
  const [bare = ""] = text.replace(BEGIN, "").split(PRIVILEGES);
  const [head = ""] = /^(?:--.*\n)*/.exec(bare) ?? [];
  const body = bare.slice(head.length).trim();
  return `${head}${BEGIN}\n${body}\n\n${privilegesOf(files)}${END}`;
}

/**
 * Returns whether the migration has statements after its privileges. `frame` would drop these
 * statements.
 */
export function goesOn(text: string): boolean {
  const [, ...ends] = text.split(PRIVILEGES);
  const [end = "", ...rest] = ends.join("").split(END);
  return rest.join("").trim() !== "" ||
    statementsOf({ text: end }).some((statement) => !isPrivilege(statement));
}
