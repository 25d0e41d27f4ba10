/**
 * Reads the migrations directory as the Supabase CLI does: files named `<digits>_<name>.sql`, in
 * the order of their names.
 */
import { join } from "node:path";
import { StackError } from "../core/stack-error.ts";
import { splitStatements } from "./split-statements.ts";

export interface Migration {
  version: string;
  name: string;
  file: string;
  text: string;
  statements: string[];
}

const FILE_NAME = /^(\d+)_(.*)\.sql$/;

export async function readMigrations(directory: string): Promise<Migration[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(directory)) names.push(entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const migrations: Migration[] = [];
  for (const file of names.sort()) {
    const [, version, name] = FILE_NAME.exec(file) ?? [];
    if (!version || name === undefined) continue;
    const twin = migrations.find((other) => other.version === version);
    if (twin) {
      throw new StackError(
        `${twin.file} and ${file} have the same version: rename one of them to a later version.`,
      );
    }
    const text = await Deno.readTextFile(join(directory, file));
    migrations.push({ version, name, file, text, statements: splitStatements(text) });
  }
  return migrations;
}
