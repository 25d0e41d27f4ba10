/** What `deno task schema` makes of supabase/migrations: all of it before the first release, then an end. */
import { buildMigrations } from "./build.ts";
import { frame, goesOn } from "./frame.ts";
import { endsWithPrivileges, PRIVILEGES } from "./privileges.ts";
import { type Released, unreleased, type Written } from "./released.ts";
import type { SchemaFile } from "./sources.ts";

interface Plan {
  /** The texts that files should have, by name; the others are left alone. */
  readonly texts: Written;
  readonly problems: readonly string[];
}

/**
 * The first release's migrations are built from the schema files. Later ones are written by hand: the newest
 * gets its settings and its privileges here, an earlier one had them when it was the newest.
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
      problems: strange.map((name) => `supabase/migrations/${name} is not built from the schemas`),
    };
  }
  const newest = names.at(-1);
  if (newest && goesOn(written.get(newest)!)) {
    const why = `goes on after its privileges: put that above "${PRIVILEGES}"`;
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
