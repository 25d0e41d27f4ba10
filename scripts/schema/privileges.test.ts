import assert from "node:assert/strict";
import { buildMigrations } from "./build.ts";
import { frame } from "./settings-and-privileges.ts";
import { endsWithPrivileges, PRIVILEGES } from "./privileges.ts";
import { readSchemas } from "./schema-files.ts";

const file = (kind: string, text: string) => ({
  path: `supabase/schemas/ledger/${kind}.sql`,
  text,
});

const TABLES = file(
  "tables",
  "create table farthing.a ();\n-- Why.\ngrant select on farthing.a to anon;",
);
const API = file(
  "api",
  `create view farthing_public.a as select;
grant select on farthing_public.a to anon;
create function farthing_public.f() as $$ select $$;
grant execute on function farthing_public.f to service_role;`,
);

const MORE = "-- Why.\n\ncreate table farthing.b ();\n";

Deno.test("a migration ends with the grants on all objects that exist then, and on no later ones", () => {
  const ends = buildMigrations([TABLES, API]).slice(0, -1).map(({ text }) =>
    text.split(PRIVILEGES)[1]!.split("\n").filter((line) => line.startsWith("grant "))
  );
  const table = "grant select on farthing.a to anon;";
  const both = [table, "grant select on farthing_public.a to anon;"];
  assert.deepEqual(ends, [[table], [table], both, both]);
});

Deno.test("T13: every migration revokes the default grants and creates nothing after that", async () => {
  const migrations = buildMigrations(await readSchemas());
  // The last migration schedules the pg_cron job. It creates no object, so it needs no privileges.
  assert.doesNotMatch(migrations.pop()!.text, /^\s*(create|alter|grant) /im);
  for (const { file, text } of migrations) {
    assert(endsWithPrivileges(text), file);
    assert(!endsWithPrivileges(text.replace(/revoke all on all tables.*\n/, "")), file);
    assert(!endsWithPrivileges(text.replace(/from pg_default_acl d.*\n/, "")), file);
    assert(!endsWithPrivileges(`${text}create function farthing.g() as $$ select $$;`), file);
  }
});

Deno.test("a migration written by hand is framed once, and again when a grant has changed", () => {
  const framed = frame(MORE, [TABLES]);
  assert.match(
    framed,
    /^-- Why\.\nset check_function_bodies = off;\nset lock_timeout = '3s';\n\ncreate /,
  );
  assert(endsWithPrivileges(framed));
  assert.equal(frame(framed, [TABLES]), framed);
  assert.equal(frame(framed, [TABLES, API]), frame(MORE, [TABLES, API]));
});
