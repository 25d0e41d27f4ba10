import assert from "node:assert/strict";
import { type Migration, readMigrations } from "@farthing/local-stack/migrations";
import type { Databases } from "@farthing/local-stack/postgres";
import { withServer } from "@farthing/local-stack/testing";
import { MIGRATIONS } from "../project-database.ts";
import { dropOthers, snapshotOf } from "./snapshots.ts";

async function snapshots(server: Databases): Promise<string[]> {
  const sql = server.connectAsAdmin();
  const rows = await sql<{ datname: string }[]>`
    select datname from pg_database where datname ~ '^(snapshot|draft)_'`;
  await sql.end();
  return rows.map(({ datname }) => datname).sort();
}

async function commentIn(server: Databases, database: string): Promise<unknown> {
  const sql = server.connect(database);
  const [row] = await sql`select obj_description('farthing'::regnamespace) as said`;
  await sql.end();
  return row?.said;
}

/** Returns the migrations, with one more statement at the end of the last file. */
function changed(migrations: Migration[], said: string): Migration[] {
  const more = `comment on schema farthing is '${said}';`;
  const last = migrations.at(-1)!;
  const statements = [...last.statements, more];
  return [...migrations.slice(0, -1), { ...last, text: `${last.text}\n${more}`, statements }];
}

Deno.test("a snapshot is found again, and never in the place of one of other migrations", async () => {
  const all = await readMigrations(MIGRATIONS);
  const before = changed(all, "before");
  const after = changed(all, "after");
  await withServer(async (server) => {
    const first = await snapshotOf(server, "made", before);
    const made = await snapshots(server);
    assert.equal(await snapshotOf(server, "made", before), first);
    assert.deepEqual(await snapshots(server), made);
    const second = await snapshotOf(server, "made", after);
    assert.deepEqual(
      [await commentIn(server, first), await commentIn(server, second)],
      ["before", "after"],
    );
    // Only the snapshot of the last migration and the snapshot of the complete project are new.
    assert.equal((await snapshots(server)).length, made.length + 2);
    await dropOthers(server, "made", after);
    const left = await snapshots(server);
    assert.deepEqual([left.length, left.includes(second)], [made.length, true]);
  });
});

Deno.test("a migration that fails leaves no snapshot under its name, and no draft", async () => {
  const all = await readMigrations(MIGRATIONS);
  const last = { ...all[0]!, text: "select 1/0;", statements: ["select 1/0"] };
  await withServer(async (server) => {
    await assert.rejects(snapshotOf(server, "made", [last]), /division by zero/);
    assert.deepEqual(await snapshots(server), []);
  });
});
