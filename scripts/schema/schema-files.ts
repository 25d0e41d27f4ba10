/** Reads the schema files in the order that supabase/config.toml gives. */
import { globSync } from "node:fs";
import { parse } from "smol-toml";
import { ROOT } from "../command/root.ts";

const SUPABASE = `${ROOT}supabase/`;

export interface SchemaFile {
  /** The path from the repository's root: `supabase/schemas/<subject>/<kind>.sql`. */
  readonly path: string;
  readonly text: string;
}

interface Config {
  readonly db: { readonly migrations: { readonly schema_paths: string[] } };
}

/** @throws if a pattern matches no file, or if a schema file is matched by no pattern */
export async function readSchemas(): Promise<SchemaFile[]> {
  const config = parse(await Deno.readTextFile(`${SUPABASE}config.toml`)) as unknown as Config;
  const paths = new Set<string>();
  for (const pattern of config.db.migrations.schema_paths) {
    const found = globSync(pattern, { cwd: SUPABASE }).sort();
    if (found.length === 0) throw new Error(`supabase/config.toml: ${pattern} matches no file`);
    for (const file of found) paths.add(file);
  }
  const left = globSync("schemas/**/*.sql", { cwd: SUPABASE }).find((file) => !paths.has(file));
  if (left) throw new Error(`supabase/config.toml: schema_paths does not name ${left}`);
  return await Promise.all([...paths].map(async (file) => ({
    path: `supabase/${file}`,
    text: await Deno.readTextFile(SUPABASE + file),
  })));
}
