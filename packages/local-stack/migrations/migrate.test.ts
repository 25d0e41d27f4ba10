import assert from "node:assert/strict";
import type { Migration } from "./migration-files.ts";
import { applyMissing, describe, planMigrations, seed } from "./migrate.ts";
import { withClient, withServer } from "../postgres/testing/server.ts";

function migration(version: string, text: string): Migration {
  return { version, name: "x", file: `${version}_x.sql`, text, statements: [text] };
}

const recorded = (version: string, text: string) => ({ version, name: "x", statements: [text] });

Deno.test("planMigrations returns the unrecorded migrations in order", () => {
  const files = [migration("1", "a"), migration("2", "b"), migration("3", "c")];
  assert.deepEqual(planMigrations(files, [recorded("1", "a")]), files.slice(1));
  assert.deepEqual(planMigrations(files, files), []);
});

Deno.test("planMigrations refuses an edited recorded migration, and says what to do", () => {
  assert.throws(
    () => planMigrations([migration("1", "edited")], [recorded("1", "a")]),
    /1_x\.sql was edited.*deno task reset/,
  );
});

Deno.test("planMigrations refuses a missing recorded migration, and a new one before a recorded one", () => {
  assert.throws(() => planMigrations([], [recorded("1", "a")]), /1_x\.sql .* file is missing/);
  const files = [migration("1", "a"), migration("2", "b")];
  assert.throws(() => planMigrations(files, [recorded("2", "b")]), /1_x\.sql comes before 2/);
});

Deno.test("describe names the line of the server's error", () => {
  const error = { message: 'syntax error at or near "x"', position: "12" };
  assert.equal(describe(error, "select 1;\nx y"), 'syntax error at or near "x" (line 2)');
});

Deno.test("a changed seed is not run again, as in the CLI", async () => {
  const root = await Deno.makeTempDir();
  const file = `${root}/seed.sql`;
  const write = (note: string) => Deno.writeTextFile(file, `insert into notes values ('${note}');`);
  await withServer((server) =>
    withClient(server, "postgres", async (sql) => {
      await applyMissing(sql, [migration("1", "create table notes (note text)")]);
      await write("first");
      assert.equal(await seed(sql, file, root), "seeded");
      assert.equal(await seed(sql, file, root), "none");
      await write("second");
      assert.equal(await seed(sql, file, root), "changed");
      assert.equal(await seed(sql, file, root), "none");
      assert.deepEqual((await sql`select note from notes`).map(({ note }) => note), ["first"]);
    })
  ).finally(() => Deno.remove(root, { recursive: true }));
});
