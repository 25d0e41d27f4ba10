/**
 * Decides what `deno task schema` writes into supabase/migrations. Before the first release, it
 * writes every file. Afterwards, it writes only the settings and privileges of the newest file.
 */
import { buildMigrations } from "./build.ts";
import { frame, goesOn } from "./settings-and-privileges.ts";
import { endsWithPrivileges, PRIVILEGES } from "./privileges.ts";
import { type Released, unreleased, type Written } from "./released.ts";
import type { SchemaFile } from "./schema-files.ts";

interface Plan {
  /** The new texts of files, by file name. Files without an entry do not change. */
  readonly texts: Written;
  readonly problems: readonly string[];
}

/**
 * Plans the migrations. Those of the first release are built from the schema files. Later
 * migrations are written by hand, and this function adds their settings and privileges. It changes
 * only the newest migration: each earlier one got its settings and privileges when it was the
 * newest.
 */
export function planTexts(
  files: readonly SchemaFile[],
  released: Released,
  written: Written,
): Plan {
  const names = unreleased(released, written);
  if (Object.keys(released).length === 0) {
    const texts = new Map(buildMigrations(files).map(({ file, text }) => [file, text]));
    const strange = names.filter((name) => !texts.has(name));
    return {
      texts,
      problems: strange.map((name) =>
        `supabase/migrations/${name} is not built from supabase/schemas: remove it`
      ),
    };
  }
  const newest = names.at(-1);
  if (newest && goesOn(written.get(newest)!)) {
    const why = `has statements after its privileges: move them above "${PRIVILEGES}"`;
    return { texts: new Map(), problems: [`supabase/migrations/${newest} ${why}`] };
  }
  const open = names.filter((name) => name !== newest && !endsWithPrivileges(written.get(name)!));
  return {
    texts: new Map(newest ? [[newest, frame(written.get(newest)!, files)]] : []),
    problems: open.map((name) =>
      `supabase/migrations/${name} does not end with the privileges of scripts/schema/privileges.ts`
    ),
  };
}
