/** The settings before and the privileges after the statements of a migration, built or by hand. */
import { isPrivilege, PRIVILEGES, privilegesOf } from "./privileges.ts";
import { statementsOf } from "./references.ts";
import type { SchemaFile } from "./sources.ts";

/** A function may name one that comes later. Run the push again when it gave up on a lock. */
const BEGIN = "set check_function_bodies = off;\nset lock_timeout = '3s';\n";
const END = "reset check_function_bodies;\nreset lock_timeout;\n";

/**
 * The migration with its settings after the first comment, and at its end the privileges on what these files
 * make. What is framed already is framed anew.
 */
export function frame(text: string, files: readonly SchemaFile[]): string {
  const [bare = ""] = text.replace(BEGIN, "").split(PRIVILEGES);
  const [head = ""] = /^(?:--.*\n)*/.exec(bare) ?? [];
  const body = bare.slice(head.length).trim();
  return `${head}${BEGIN}\n${body}\n\n${privilegesOf(files)}${END}`;
}

/** Whether something stands behind the privileges that `frame` did not put there, and would not keep. */
export function goesOn(text: string): boolean {
  const [, ...ends] = text.split(PRIVILEGES);
  const [end = "", ...rest] = ends.join("").split(END);
  return rest.join("").trim() !== "" ||
    statementsOf({ text: end }).some((statement) => !isPrivilege(statement));
}
