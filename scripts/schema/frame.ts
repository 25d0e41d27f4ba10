/**
 * Adds to a migration, built or written by hand, the settings at its beginning and the privileges
 * at its end.
 */
import { isPrivilege, PRIVILEGES, privilegesOf } from "./privileges.ts";
import { statementsOf } from "./references.ts";
import type { SchemaFile } from "./sources.ts";

/**
 * Functions may name functions that are created later. If a push gives up waiting for a lock, run
 * it again.
 */
const BEGIN = "set check_function_bodies = off;\nset lock_timeout = '3s';\n";
const END = "reset check_function_bodies;\nreset lock_timeout;\n";

/**
 * Returns the migration with its settings after the first comment, and at its end the privileges on
 * the objects of the files. An existing frame is replaced.
 */
export function frame(text: string, files: readonly SchemaFile[]): string {
  const [bare = ""] = text.replace(BEGIN, "").split(PRIVILEGES);
  const [head = ""] = /^(?:--.*\n)*/.exec(bare) ?? [];
  const body = bare.slice(head.length).trim();
  return `${head}${BEGIN}\n${body}\n\n${privilegesOf(files)}${END}`;
}

/** Returns whether statements follow the privileges that `frame` would not keep. */
export function goesOn(text: string): boolean {
  const [, ...ends] = text.split(PRIVILEGES);
  const [end = "", ...rest] = ends.join("").split(END);
  return rest.join("").trim() !== "" ||
    statementsOf({ text: end }).some((statement) => !isPrivilege(statement));
}
